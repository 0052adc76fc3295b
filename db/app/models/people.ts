import type { Sequelize } from 'sequelize';
import type { FailureCode } from '../../../domain/failure.ts';
import { column, named, table } from './table.ts';

export interface TaskRow {
  id: string;
  companyId: string;
  connectionId: string | null;
  cause: string;
  subject: string;
  openSubject: string | null;
  sentence: string;
  repeats: number;
  openedAt: Date;
  completedAt: Date | null;
  completedBy: string | null;
  note: string | null;
}
export interface IncidentRow {
  id: string;
  companyId: string;
  connectionId: string;
  cause: FailureCode;
  openCause: string | null;
  sentence: string;
  state: 'open' | 'acknowledged' | 'taken_over' | 'unanswered' | 'recovered' | 'resolved';
  repeats: number;
  openedAt: Date;
  lastSeenAt: Date;
  acknowledgedBy: string | null;
  acknowledgedAt: Date | null;
  takenOverBy: string | null;
  takenOverAt: Date | null;
  closedAt: Date | null;
  note: string | null;
}
export interface AlertRow {
  id: string;
  incidentId: string;
  rung: number;
  userId: string;
  channel: 'sms';
  state: 'claimed' | 'sent' | 'failed';
  externalId: string | null;
  sentence: string | null;
  attemptedAt: Date;
  sentAt: Date | null;
}
export interface NoteRow {
  id: string;
  companyId: string;
  connectionId: string | null;
  body: string;
  sourceLabel: string;
  from: string;
  until: string;
  action: string;
  createdAt: Date;
}

const { id, text, number, time, day } = column;

export function peopleModels(sequelize: Sequelize) {
  return {
    tasks: table<TaskRow>(sequelize, 'admin_tasks', {
      id,
      companyId: text,
      connectionId: text,
      cause: text,
      subject: text,
      openSubject: text,
      sentence: text,
      repeats: number,
      openedAt: time,
      completedAt: time,
      completedBy: text,
      note: text,
    }),
    incidents: table<IncidentRow>(sequelize, 'escalations', {
      id,
      companyId: text,
      connectionId: text,
      cause: text,
      openCause: text,
      sentence: text,
      state: text,
      repeats: number,
      openedAt: time,
      lastSeenAt: time,
      acknowledgedBy: text,
      acknowledgedAt: time,
      takenOverBy: text,
      takenOverAt: time,
      closedAt: time,
      note: text,
    }),
    alerts: table<AlertRow>(sequelize, 'incident_alerts', {
      id,
      incidentId: text,
      rung: number,
      userId: text,
      channel: text,
      state: text,
      externalId: text,
      sentence: text,
      attemptedAt: time,
      sentAt: time,
    }),
    notes: table<NoteRow>(sequelize, 'portal_notes', {
      id,
      companyId: text,
      connectionId: text,
      body: text,
      sourceLabel: text,
      from: named('from_day', day),
      until: named('until_day', day),
      action: text,
      createdAt: time,
    }),
  };
}
