import { Op, type Transaction } from 'sequelize';
import { NotFound } from '../../errors.ts';
import { boundedKey, boundedSentence } from '../../hash.ts';
import { newId } from '../../ids.ts';
import type { Page, PageInput } from '../../page.ts';
import { sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import type { TaskRow } from '../models/people.ts';
import { pageOf, plain } from '../models/table.ts';
import type { By } from './audit.ts';

export interface AdminTask {
  id: string;
  companyId: string;
  connectionId: string | null;
  cause: string;
  /** The id of what the task is about. */
  subject: string;
  sentence: string;
  repeats: number;
  openedAt: Date;
  completedAt: Date | null;
  completedBy: string | null;
  note: string | null;
}

export interface TaskStore {
  /** One open task for each company, cause and subject: a repeat counts and takes the new sentence. */
  open(input: Pick<AdminTask, 'companyId' | 'connectionId' | 'cause' | 'subject' | 'sentence'>): Promise<{ id: string }>;
  /** Which of these subjects have an open task. */
  openAbout(subjects: string[]): Promise<Set<string>>;
  /** What the open tasks of a connection for this cause are about. */
  openSubjects(input: Pick<AdminTask, 'companyId' | 'cause'> & { connectionId: string }): Promise<string[]>;
  /** Since when a task about it is open. */
  openSince(subject: string): Promise<Date | null>;
  /** What the open task about it says, and how many there were before it. */
  openAsked(subject: string): Promise<{ sentence: string; before: number } | null>;
  /** Whether there ever was a task about it. */
  everAbout(companyId: string, subject: string): Promise<boolean>;
  find(id: string): Promise<AdminTask | null>;
  list(input: PageInput & { companyId?: string | undefined; open?: boolean | undefined }): Promise<Page<AdminTask>>;
  /** Repeatable: the first completion stands. Throws `NotFound`. */
  complete(id: string, note: string, audit: By): Promise<AdminTask>;
  /** Completes whatever is open about `subject`. */
  completeBySubject(subject: string, note: string, actor: string): Promise<void>;
}

export function taskStore(db: AppDb): TaskStore {
  const { sequelize } = db;
  const { tasks } = db.models;

  const completeOne = async (id: string, note: string, audit: By, transaction: Transaction): Promise<AdminTask> => {
    const row = await tasks.findByPk(id, { transaction, lock: true });
    if (!row) throw new NotFound('task', id);
    const { completedAt, companyId, cause, sentence } = plain(row);
    if (completedAt) return outgoing(plain(row));
    const done = { openSubject: null, completedAt: new Date(), completedBy: audit.actor, note: boundedSentence(note) };
    await row.update(done, { transaction });
    const facts = { detail: { cause }, before: { sentence }, after: { note } };
    await appendAudit(db, { ...audit, companyId, action: 'task.complete', subject: id, outcome: 'done', ...facts }, transaction);
    return outgoing(plain(row));
  };

  return {
    open: ({ companyId, connectionId, cause, subject, sentence }) =>
      inTransaction(sequelize, async (transaction) => {
        const key = { companyId, cause, openSubject: boundedKey(subject) };
        await write(
          sequelize,
          `INSERT INTO admin_tasks (id, company_id, connection_id, cause, subject, open_subject, sentence, opened_at)
           VALUES (:id, :companyId, :connectionId, :cause, :openSubject, :openSubject, :sentence, :now)
           ON DUPLICATE KEY UPDATE repeats = repeats + 1, sentence = VALUES(sentence)`,
          { ...key, id: newId('task'), connectionId, sentence: boundedSentence(sentence), now: sqlTime(new Date()) },
          transaction,
        );
        const row = await tasks.findOne({ where: key, transaction });
        return { id: plain(row!).id };
      }),

    async openAbout(subjects) {
      const rows = await tasks.findAll({ where: { openSubject: subjects.map(boundedKey) } });
      return new Set(rows.map((row) => plain(row).subject));
    },
    async openSubjects(input) {
      const rows = await tasks.findAll({ where: { ...input, openSubject: { [Op.ne]: null } } });
      return rows.map((row) => plain(row).subject);
    },
    async openSince(subject) {
      const row = await tasks.findOne({ where: { openSubject: boundedKey(subject) }, order: [['openedAt', 'ASC']] });
      return row && plain(row).openedAt;
    },
    async openAsked(subject) {
      const row = await tasks.findOne({ where: { openSubject: boundedKey(subject) }, order: [['openedAt', 'ASC']] });
      if (!row) return null;
      const { companyId, cause, sentence, id } = plain(row);
      return {
        sentence,
        before: await tasks.count({ where: { companyId, cause, subject: boundedKey(subject), id: { [Op.lt]: id } } }),
      };
    },
    everAbout: async (companyId, subject) => (await tasks.count({ where: { companyId, subject: boundedKey(subject) } })) > 0,

    async find(id) {
      const row = await tasks.findByPk(id);
      return row && outgoing(plain(row));
    },
    async list({ companyId, open, ...page }) {
      const filters = { companyId, ...(open !== undefined && { completedAt: open ? null : { [Op.ne]: null } }) };
      const { items, nextCursor } = await pageOf(tasks, filters as { companyId?: string }, page);
      return { items: items.map(outgoing), nextCursor };
    },

    complete: (id, note, audit) => inTransaction(sequelize, (transaction) => completeOne(id, note, audit, transaction)),

    completeBySubject: (subject, note, actor) =>
      inTransaction(sequelize, async (transaction) => {
        const rows = await tasks.findAll({ where: { openSubject: boundedKey(subject) }, order: [['id', 'ASC']], transaction });
        for (const row of rows) await completeOne(plain(row).id, note, { actor }, transaction);
      }),
  };
}

function outgoing(row: TaskRow): AdminTask {
  const { openSubject: _, ...task } = row;
  return task;
}
