import type { Sequelize } from 'sequelize';
import type { Incident, IncidentAlert } from '../stores/incidents.ts';
import type { NoteRow } from '../stores/notes.ts';
import type { AdminTask } from '../stores/tasks.ts';
import { column, named, table } from './table.ts';

export interface TaskRow extends AdminTask {
  openSubject: string | null;
}
export interface IncidentRow extends Incident {
  openCause: string | null;
}
export interface AlertRow extends IncidentAlert {
  incidentId: string;
  externalId: string | null;
  attemptedAt: Date;
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
      reopened: number,
      flappingSince: time,
    }),
    alerts: table<AlertRow>(sequelize, 'incident_alerts', {
      id,
      incidentId: text,
      kind: text,
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
      activityId: text,
      automationRunId: text,
      state: text,
      metricKey: text,
      editedBy: text,
      publishedBy: text,
      publishedAt: time,
      createdAt: time,
    }),
  };
}
