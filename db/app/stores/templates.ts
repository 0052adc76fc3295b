import { Conflict, NotFound } from '../../errors.ts';
import { newId } from '../../ids.ts';
import type { Page, PageInput } from '../../page.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { pageOf, plain, plainOrNull } from '../models/table.ts';
import type { By } from './audit.ts';

export interface MessageTemplate {
  id: string;
  companyId: string;
  name: string;
  channel: 'sms';
  body: string;
  variables: string[];
  /** Counts changes, from 1. */
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

export interface TemplateStore {
  create(
    input: Pick<MessageTemplate, 'companyId' | 'name' | 'channel' | 'body' | 'variables'>,
    audit: By,
  ): Promise<MessageTemplate>;
  find(id: string): Promise<MessageTemplate | null>;
  list(input: PageInput & { companyId: string }): Promise<Page<MessageTemplate>>;
  /** Throws `NotFound`, and `Conflict` where another version stands than the one that was changed. */
  update(
    id: string,
    input: Pick<MessageTemplate, 'body' | 'variables'> & { version?: number | undefined },
    audit: By,
  ): Promise<MessageTemplate>;
}

export function templateStore(db: AppDb): TemplateStore {
  const { templates } = db.models;
  return {
    create: ({ companyId, name, channel, body, variables }, audit) =>
      inTransaction(db.sequelize, async (transaction) => {
        const [id, now] = [newId('template'), new Date()];
        const row = { id, companyId, name, channel, body, variables, version: 1, createdAt: now, updatedAt: now };
        await templates.create(row, { transaction });
        const after = { name, channel, body, variables };
        await appendAudit(
          db,
          { ...audit, companyId, action: 'template.create', subject: id, outcome: 'done', after },
          transaction,
        );
        return row;
      }),

    find: async (id) => plainOrNull(await templates.findByPk(id)),
    list: ({ companyId, ...page }) => pageOf(templates, { companyId }, page),

    update: (id, { body, variables, version: changed }, audit) =>
      inTransaction(db.sequelize, async (transaction) => {
        const row = await templates.findByPk(id, { transaction, lock: true });
        if (!row) throw new NotFound('message template', id);
        const before = { body: plain(row).body, variables: plain(row).variables };
        if (changed !== undefined && changed !== plain(row).version)
          throw new Conflict('Somebody else has changed the template meanwhile: look at it again, then change it.');
        const version = plain(row).version + 1;
        await row.update({ body, variables, version, updatedAt: new Date() }, { transaction });
        const { companyId } = plain(row);
        const facts = { detail: { version }, before, after: { body, variables } };
        await appendAudit(
          db,
          { ...audit, companyId, action: 'template.update', subject: id, outcome: 'done', ...facts },
          transaction,
        );
        return plain(row);
      }),
  };
}
