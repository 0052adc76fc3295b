import { newId } from '../../ids.ts';
import type { Page, PageInput } from '../../page.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { pageOf } from '../models/table.ts';
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
  /** The business action that the note points at. */
  action: string;
  createdAt: Date;
}

export interface NoteStore {
  create(input: Omit<PortalNote, 'id' | 'createdAt'>, audit: By): Promise<PortalNote>;
  list(input: PageInput & { companyId: string }): Promise<Page<PortalNote>>;
}

export function noteStore(db: AppDb): NoteStore {
  const { notes } = db.models;
  return {
    create: ({ companyId, connectionId, body, sourceLabel, from, until, action }, audit) =>
      inTransaction(db.sequelize, async (transaction) => {
        const id = newId('note');
        const row = { id, companyId, connectionId, body, sourceLabel, from, until, action, createdAt: new Date() };
        await notes.create(row, { transaction });
        const facts = { detail: { connectionId }, after: { body, sourceLabel, from, until, action } };
        await appendAudit(
          db,
          { ...audit, companyId, action: 'note.create', subject: id, outcome: 'done', ...facts },
          transaction,
        );
        return row;
      }),
    list: ({ companyId, ...page }) => pageOf(notes, { companyId }, page),
  };
}
