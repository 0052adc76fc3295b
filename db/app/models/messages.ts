import type { Sequelize } from 'sequelize';
import type { DeliveryStatus } from '../../../domain/delivery-status.ts';
import { column, jsonColumn, named, table } from './table.ts';

export interface TemplateRow {
  id: string;
  companyId: string;
  name: string;
  channel: 'sms';
  body: string;
  variables: string[];
  version: number;
  createdAt: Date;
  updatedAt: Date;
}
export interface DeliveryRow {
  id: string;
  companyId: string;
  connectionId: string;
  templateId: string | null;
  variables: Record<string, string>;
  from: string;
  to: string;
  body: string;
  segments: number;
  status: DeliveryStatus;
  externalId: string | null;
  errorCode: string | null;
  sentence: string | null;
  attempts: number;
  attemptedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

const { id, text, longText, number, time } = column;

export function messageModels(sequelize: Sequelize) {
  return {
    templates: table<TemplateRow>(sequelize, 'message_templates', {
      id,
      companyId: text,
      name: text,
      channel: text,
      body: longText,
      variables: jsonColumn('variables'),
      version: number,
      createdAt: time,
      updatedAt: time,
    }),
    deliveries: table<DeliveryRow>(sequelize, 'message_deliveries', {
      id,
      companyId: text,
      connectionId: text,
      templateId: text,
      variables: jsonColumn('variables'),
      from: named('from_address', text),
      to: named('to_address', text),
      body: longText,
      segments: number,
      status: text,
      externalId: text,
      errorCode: text,
      sentence: text,
      attempts: number,
      attemptedAt: time,
      createdAt: time,
      updatedAt: time,
    }),
  };
}
