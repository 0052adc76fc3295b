import type { AuditAction } from '../../../domain/audit-actions.ts';
import { checkNote } from '../../../domain/note.ts';
import type { MetricKey } from '../../../domain/metrics.ts';
import { Conflict, NotFound } from '../../errors.ts';
import { newId } from '../../ids.ts';
import type { Page, PageInput } from '../../page.ts';
import { select } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { pageOf, plain, plainOrNull } from '../models/table.ts';
import type { By } from './audit.ts';

export interface PortalNote {
  id: string;
  companyId: string;
  connectionId: string | null;
  /** At most 280 characters. */
  body: string;
  sourceLabel: string;
  /** First and last day that the note speaks of, `YYYY-MM-DD`. */
  from: string;
  until: string;
  /** The business action that the note points at, in words. */
  action: string;
  /** And its row: of `event_client_activity` in the traffic database, or of `automation_runs`. Notes of before may have neither. */
  activityId: string | null;
  automationRunId: string | null;
  /** A client sees what is published. */
  state: 'draft' | 'published';
  /** The metric whose rule wrote it; `null` when a person did. */
  metricKey: MetricKey | null;
  editedBy: string | null;
  publishedBy: string | null;
  publishedAt: Date | null;
  createdAt: Date;
}
/** As the driver gives it: a large number is text, a small one is not. */
export type NoteRow = Omit<PortalNote, 'activityId'> & { activityId: string | number | null };
type NewNote = Pick<
  PortalNote,
  'companyId' | 'connectionId' | 'body' | 'sourceLabel' | 'from' | 'until' | 'action' | 'activityId' | 'automationRunId' | 'state'
> & { metricKey?: MetricKey };

export interface NoteStore {
  /** Throws `Conflict` for a note that lacks something. */
  create(input: NewNote, audit: By): Promise<PortalNote>;
  find(id: string): Promise<PortalNote | null>;
  /** What a metric's rule wrote about these days. */
  ofMetric(input: Pick<PortalNote, 'connectionId' | 'metricKey' | 'from' | 'until'>): Promise<PortalNote | null>;
  /** Newest first. */
  list(input: PageInput & { companyId: string; state?: PortalNote['state'] | undefined }): Promise<Page<PortalNote>>;
  /** Changes the words of a draft. Throws `Conflict` for one that is published, and where the words are others than `was` by now. */
  edit(id: string, words: { body: string; was?: string | undefined }, audit: By): Promise<PortalNote>;
  /** Repeatable: the first publication stands. Throws `Conflict` where the words are others than `was` by now. */
  publish(id: string, audit: By, words?: { was?: string | undefined }): Promise<PortalNote>;
  /** Whether this automation ran for the company. */
  isAutomationOf(companyId: string, automationRunId: string): Promise<boolean>;
}

export function noteStore(db: AppDb): NoteStore {
  const { notes } = db.models;

  const change = (
    id: string,
    { action, audit }: { action: AuditAction; audit: By },
    decide: (note: PortalNote) => Partial<PortalNote> | null,
  ): Promise<PortalNote> =>
    inTransaction(db.sequelize, async (transaction) => {
      const row = await notes.findByPk(id, { transaction, lock: true });
      if (!row) throw new NotFound('note', id);
      const before = outgoing(plain(row));
      const changes = decide(before);
      if (!changes) return before;
      await row.update(changes, { transaction });
      const after = outgoing(plain(row));
      const { companyId, body, state } = after;
      const facts = { before: { body: before.body, state: before.state }, after: { body, state } };
      await appendAudit(db, { ...audit, companyId, action, subject: id, outcome: 'done', ...facts }, transaction);
      return after;
    });

  return {
    async create({ metricKey, ...input }, audit) {
      const faults = checkNote(input);
      if (faults.length > 0) throw new Conflict(`The note cannot be written: ${faults.join('; ')}.`);
      return inTransaction(db.sequelize, async (transaction) => {
        const now = new Date();
        const publication =
          input.state === 'published' ? { publishedBy: audit.actor, publishedAt: now } : { publishedBy: null, publishedAt: null };
        const row = { ...input, id: newId('note'), metricKey: metricKey ?? null, editedBy: null, ...publication, createdAt: now };
        await notes.create(row, { transaction });
        const { companyId, connectionId, body, sourceLabel, from, until, action, state } = row;
        const facts = { detail: { connectionId, state }, after: { body, sourceLabel, from, until, action } };
        await appendAudit(
          db,
          { ...audit, companyId, action: 'note.create', subject: row.id, outcome: 'done', ...facts },
          transaction,
        );
        return row;
      });
    },

    find: async (id) => outgoingOrNull(plainOrNull(await notes.findByPk(id))),
    ofMetric: async ({ connectionId, metricKey, from, until }) =>
      outgoingOrNull(plainOrNull(await notes.findOne({ where: { connectionId, metricKey, from, until } }))),
    async list({ companyId, state, ...page }) {
      const { items, nextCursor } = await pageOf(notes, { companyId, state }, page);
      return { items: items.map(outgoing), nextCursor };
    },

    edit: (id, { body, was }, audit) =>
      change(id, { action: 'note.edit', audit }, (note) => {
        if (note.state === 'published') throw new Conflict('The note is published: write another one.');
        requireWords(note, was);
        return { body, editedBy: audit.actor };
      }),
    publish: (id, audit, { was } = {}) =>
      change(id, { action: 'note.publish', audit }, (note) => {
        requireWords(note, was);
        if (note.state === 'published') return null;
        return { state: 'published', publishedBy: audit.actor, publishedAt: new Date() };
      }),

    async isAutomationOf(companyId, automationRunId) {
      const sql = 'SELECT id FROM automation_runs WHERE id = :automationRunId AND company_id = :companyId';
      return (await select(db.sequelize, sql, { companyId, automationRunId })).length > 0;
    },
  };
}

/** Of two people at once, the later one is told. */
function requireWords({ body }: PortalNote, was: string | undefined): void {
  if (was !== undefined && was !== body)
    throw new Conflict('Somebody else has changed the note meanwhile: read it again, and decide then.');
}

function outgoing(row: NoteRow): PortalNote {
  return { ...row, activityId: row.activityId === null ? null : String(row.activityId) };
}
const outgoingOrNull = (row: NoteRow | null) => row && outgoing(row);
