import type { Sequelize } from 'sequelize';
import type { Delivery } from '../stores/deliveries.ts';
import type { MessageTemplate } from '../stores/templates.ts';
import { column, jsonColumn, named, table } from './table.ts';

const { id, text, longText, number, time } = column;

export function messageModels(sequelize: Sequelize) {
  return {
    templates: table<MessageTemplate>(sequelize, 'message_templates', {
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
    deliveries: table<Delivery>(sequelize, 'message_deliveries', {
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
