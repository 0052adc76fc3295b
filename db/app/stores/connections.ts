import { Op } from 'sequelize';
import type { ConnectionState } from '../../../domain/connection-state.ts';
import { type ConnectionPolicy, type PolicyOverrides, completePolicy } from '../../../domain/policy.ts';
import { workflowIds } from '../../../domain/workflow-ids.ts';
import { Conflict, NotFound } from '../../errors.ts';
import { boundedSentence, canonicalJson } from '../../hash.ts';
import { newId } from '../../ids.ts';
import { cutPage, type Page, type PageInput } from '../../page.ts';
import { select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { deleteConnection } from '../delete-connection.ts';
import { freshWithinS } from '../fresh-within.ts';
import type { ConnectionRow } from '../models/connections.ts';
import { plain } from '../models/table.ts';
import type { By } from './audit.ts';

export interface Connection {
  id: string;
  companyId: string;
  providerKey: string;
  accountId: string;
  purpose: string;
  label: string;
  state: ConnectionState;
  /** Why it is in this state. */
  stateReason: string | null;
  stateChangedAt: Date;
  ownerUserId: string | null;
  /** Why the company wants this connection. */
  reason: string;
  lastSuccessAt: Date | null;
  createdAt: Date;
}
/** To whom an event of an account is told. */
export interface ConnectionOfAccount {
  id: string;
  companyId: string;
  providerKey: string;
  accountExternalId: string;
}
/** What people say of it. */
export type ConnectionFacts = Pick<Connection, 'label' | 'purpose' | 'reason' | 'ownerUserId'>;
export interface ConnectionSettings {
  settings: Record<string, unknown>;
  /** The stored overrides over the defaults. */
  policy: ConnectionPolicy;
  overrides: PolicyOverrides;
  /** The client's next action, as the baseline step wrote it. */
  nextAction: string | null;
}
interface StoredSettings {
  settings?: Record<string, unknown> | undefined;
  policy?: PolicyOverrides | undefined;
}
export interface ConnectionFilter {
  companyId?: string | undefined;
  state?: ConnectionState | undefined;
  providerKey?: string | undefined;
  /** Each word stands in the label, is the whole id, or names one of these providers. */
  search?: { word: string; providerKeys: string[] }[] | undefined;
}

export interface ConnectionStore {
  /** In state `onboarding`, with its pending account and its settings. */
  create(
    input: {
      companyId: string;
      providerKey: string;
      purpose: string;
      label: string;
      ownerUserId: string | null;
      reason: string;
      settings: Record<string, unknown>;
      policy?: PolicyOverrides | undefined;
    },
    audit: By,
  ): Promise<Connection>;
  find(id: string): Promise<Connection | null>;
  /** Throws `NotFound`. */
  get(id: string): Promise<Connection>;
  list(input: PageInput & ConnectionFilter): Promise<Page<Connection>>;
  /** Of each, the seconds after which it is stale. */
  freshWithin(ids: string[]): Promise<Map<string, number>>;
  /** All of them, oldest first, from behind `after` on: for work that goes through everything. */
  inOrder(input: { after: string | null; limit: number }): Promise<Connection[]>;
  /** Those of one provider that are not disconnected, with their account's id there; an account may have several. */
  withAccounts(providerKey: string): Promise<ConnectionOfAccount[]>;
  /** With an audit row when the state changes. Repeatable. */
  setState(id: string, state: ConnectionState, reason: string, actor: string): Promise<void>;
  /** Moves the freshness mark, never backwards. */
  markSucceeded(id: string, at: Date): Promise<void>;
  settings(id: string): Promise<ConnectionSettings>;
  /** Throws `Conflict` where they are others by now than `seen`, of which the new ones were made. */
  saveFacts(id: string, input: { facts: ConnectionFacts; seen: ConnectionFacts }, audit: By): Promise<void>;
  /** Each part that is given replaces what was stored of it. Throws `Conflict` where that is another by now than `seen`. */
  saveSettings(id: string, input: StoredSettings & { seen?: StoredSettings }, audit: By): Promise<void>;
  /**
   * Deletes everything that an onboarding made, credentials included; the audit log stays. Repeatable. Throws `Conflict` once the
   * connection was launched.
   */
  removeUnlaunched(id: string, audit: By): Promise<void>;
}

export function connectionStore(db: AppDb): ConnectionStore {
  const { sequelize } = db;
  const { connections, accounts, settings } = db.models;

  const find = async (id: string): Promise<Connection | null> => {
    const row = await connections.findByPk(id);
    return row && outgoing(plain(row));
  };
  const get = async (id: string): Promise<Connection> => {
    const connection = await find(id);
    if (!connection) throw new NotFound('connection', id);
    return connection;
  };

  return {
    find,
    get,

    create: ({ companyId, providerKey, purpose, label, ownerUserId, reason, policy = {}, ...input }, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const [id, accountId, now] = [newId('connection'), newId('account'), new Date()];
        await accounts.create({ id: accountId, companyId, providerKey, state: 'pending' }, { transaction });
        const row = {
          id,
          companyId,
          providerKey,
          accountId,
          purpose,
          label,
          ownerUserId,
          reason,
          state: 'onboarding' as const,
          stateReason: null,
          stateChangedAt: now,
          lastSuccessAt: null,
          createdAt: now,
        };
        await connections.create({ ...row, lifecycleWorkflowId: workflowIds.connector(id) }, { transaction });
        await settings.create({ connectionId: id, settings: input.settings, policy }, { transaction });
        const after = { purpose, label, ownerUserId, reason, settings: input.settings, policy };
        await appendAudit(
          db,
          { ...audit, companyId, action: 'connection.create', subject: id, outcome: 'done', detail: { providerKey }, after },
          transaction,
        );
        return row;
      }),

    async list({ companyId, state, providerKey, search = [], cursor, limit }) {
      const where = {
        ...(companyId && { companyId }),
        ...(state && { state }),
        ...(providerKey && { providerKey }),
        ...(cursor && { id: { [Op.lt]: cursor } }),
        [Op.and]: search.map(({ word, providerKeys }) => ({
          [Op.or]: [{ label: { [Op.like]: `%${literally(word)}%` } }, { id: word }, { providerKey: providerKeys }],
        })),
      };
      const rows = await connections.findAll({ where, order: [['id', 'DESC']], limit: limit + 1 });
      return cutPage(
        rows.map((row) => outgoing(plain(row))),
        limit,
        ({ id }) => id,
      );
    },

    async freshWithin(ids) {
      if (ids.length === 0) return new Map();
      const rows = await select<{ id: string; withinS: number }>(
        sequelize,
        `SELECT s.connection_id AS id, ${freshWithinS('s.connection_id', 's.policy')} AS withinS
         FROM integration_settings s WHERE s.connection_id IN (:ids)`,
        { ids },
      );
      return new Map(rows.map(({ id, withinS }) => [id, withinS]));
    },

    async inOrder({ after, limit }) {
      const where = { id: { [Op.gt]: after ?? '' } };
      return (await connections.findAll({ where, order: [['id', 'ASC']], limit })).map((row) => outgoing(plain(row)));
    },

    withAccounts: (providerKey) =>
      select<ConnectionOfAccount>(
        sequelize,
        `SELECT connection.id, connection.company_id AS companyId, connection.provider_key AS providerKey,
           account.external_id AS accountExternalId
         FROM integration_accounts account JOIN integration_connections connection ON connection.account_id = account.id
         WHERE account.provider_key = :providerKey AND account.external_id IS NOT NULL AND connection.state <> 'disconnected'`,
        { providerKey },
      ),

    setState: (id, state, reason, actor) =>
      inTransaction(sequelize, async (transaction) => {
        const row = await connections.findByPk(id, { transaction, lock: true });
        if (!row) throw new NotFound('connection', id);
        const { state: before, stateReason, companyId, stateChangedAt } = plain(row);
        const changed = before !== state;
        await row.update(
          {
            state,
            stateReason: boundedSentence(reason),
            stateChangedAt: changed ? new Date() : stateChangedAt,
            ...(before === 'paused' && changed && { resumedAt: new Date() }),
          },
          { transaction },
        );
        if (!changed) return;
        const facts = { detail: { from: before, to: state }, before: { reason: stateReason }, after: { reason } };
        await appendAudit(
          db,
          { companyId, actor, action: 'connection.state', subject: id, outcome: 'done', ...facts },
          transaction,
        );
      }),

    async markSucceeded(id, at) {
      await write(
        sequelize,
        `UPDATE integration_connections SET last_success_at = :at
         WHERE id = :id AND (last_success_at IS NULL OR last_success_at < :at)`,
        { id, at: sqlTime(at) },
      );
    },

    async settings(id) {
      const row = await settings.findByPk(id);
      if (!row) throw new NotFound('connection', id);
      const { policy, nextAction, ...stored } = plain(row);
      const [fresh] = await select<{ withinS: number }>(
        sequelize,
        `SELECT ${freshWithinS('s.connection_id', 's.policy')} AS withinS FROM integration_settings s WHERE s.connection_id = :id`,
        { id },
      );
      const complete = { ...completePolicy(policy), freshWithinS: fresh!.withinS };
      return { settings: stored.settings, policy: complete, overrides: policy, nextAction };
    },

    saveFacts: (id, { facts, seen }, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const row = await connections.findByPk(id, { transaction, lock: true });
        if (!row) throw new NotFound('connection', id);
        const { companyId, label, purpose, reason, ownerUserId } = plain(row);
        requireSeen({ label, purpose, reason, ownerUserId }, seen);
        await row.update(facts, { transaction });
        const detail = { facts: changedKeys(seen, facts) };
        await appendAudit(
          db,
          {
            ...audit,
            companyId,
            action: 'connection.settings',
            subject: id,
            outcome: 'done',
            detail,
            before: seen,
            after: facts,
          },
          transaction,
        );
      }),

    saveSettings: (id, { seen, ...input }, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const row = await settings.findByPk(id, { transaction, lock: true });
        const connection = await connections.findByPk(id, { transaction });
        if (!row || !connection) throw new NotFound('connection', id);
        const stored = plain(row);
        const changes = { ...(input.settings && { settings: input.settings }), ...(input.policy && { policy: input.policy }) };
        const before = { ...(input.settings && { settings: stored.settings }), ...(input.policy && { policy: stored.policy }) };
        if (seen) requireSeen(before, seen);
        await row.update(changes, { transaction });
        const { companyId } = plain(connection);
        const detail = {
          settings: changedKeys(stored.settings, input.settings),
          policy: changedKeys(stored.policy, input.policy),
        };
        await appendAudit(
          db,
          { ...audit, companyId, action: 'connection.settings', subject: id, outcome: 'done', detail, before, after: changes },
          transaction,
        );
      }),

    removeUnlaunched: (id, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const row = await connections.findByPk(id, { transaction, lock: true });
        if (!row) return;
        const { state, companyId, accountId, label, purpose, reason } = plain(row);
        if (state !== 'onboarding') throw new Conflict('The connection was launched: disconnect it instead of cancelling.');
        await deleteConnection(sequelize, { connectionId: id, accountId }, transaction);
        const before = { label, purpose, reason };
        await appendAudit(
          db,
          { ...audit, companyId, action: 'connection.cancel', subject: id, outcome: 'done', before },
          transaction,
        );
      }),
  };
}

/** As `LIKE` takes it for itself and for nothing else. */
const literally = (word: string) => word.replace(/[\\%_]/g, '\\$&');

function requireSeen(stands: object, seen: object): void {
  if (canonicalJson(stands) !== canonicalJson(seen))
    throw new Conflict('Somebody else has changed this at the same moment: read it again, then change it.');
}

/** Where both say something else; nothing where there is no second. */
function changedKeys(before: object, after: object | undefined): string[] {
  const [was, is] = [before, after ?? before] as [Record<string, unknown>, Record<string, unknown>];
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return keys.filter((key) => canonicalJson(was[key] ?? null) !== canonicalJson(is[key] ?? null));
}

function outgoing(row: ConnectionRow): Connection {
  const { lastHealthCheckId: _, lifecycleWorkflowId: __, resumedAt: ___, ...connection } = row;
  return connection;
}
