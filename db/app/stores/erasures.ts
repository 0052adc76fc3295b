import type { Transaction } from 'sequelize';
import type { ErasedTable, ErasureKind, ErasureState } from '../../../domain/erasure.ts';
import { mentionsOf, type Person } from '../../../domain/person.ts';
import { addErased, readErased, type Erasing } from '../../erasure/counts.ts';
import type { ErasureScope } from '../../erasure/scope.ts';
import { Conflict, NotFound } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { cutPage, type Page, type PageInput } from '../../page.ts';
import { select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { eraseAuditParts } from '../erasure/erase-audit.ts';
import { eraseCompanyRows } from '../erasure/erase-company.ts';
import { deliveriesUnderWay, eraseAppPerson } from '../erasure/erase-person.ts';
import type { By } from './audit.ts';

export interface Erasure {
  id: string;
  companyId: string;
  kind: ErasureKind;
  state: ErasureState;
  reason: string;
  askedBy: string;
  askedAt: Date;
  doneAt: Date | null;
}

export interface ErasureStore {
  /**
   * Closes the company: its keys and people are out of force, and nothing can be added. Throws `Conflict` while it has a connection
   * that is not disconnected, a company below it, or another erasure under way.
   */
  askCompany(input: { companyId: string; reason: string }, audit: By): Promise<Erasure>;
  /** Throws `Conflict` while the person may sign in, or a message to them is under way. */
  askPerson(input: { companyId: string; reason: string; person: Person }, audit: By): Promise<Erasure>;
  find(id: string): Promise<Erasure | null>;
  list(input: PageInput & { companyId: string }): Promise<Page<Erasure>>;
  /** Those under way that were asked for before a time, the oldest first. */
  running(before: Date): Promise<Erasure[]>;
  /** What was done so far in the app database. */
  tables(id: string): Promise<ErasedTable[]>;
  scope(id: string): Promise<ErasureScope>;
  /** Who is erased; kept until the erasure is done. */
  person(id: string): Promise<Person>;
  eraseCompany(erasing: Erasing, scope: ErasureScope): Promise<void>;
  /** Answers the messages to the person that are under way: they need their address still. */
  erasePerson(erasing: Erasing, scope: ErasureScope): Promise<{ underWay: string[] }>;
  /** The last step, once: forgets who was erased, or destroys the company's keys and name, and tells it in the audit log. */
  finish(id: string): Promise<void>;
}

const columns = `id, company_id AS companyId, kind, state, reason, asked_by AS askedBy, asked_at AS askedAt, done_at AS doneAt`;
/** What binds the sealed person to the row. */
export const subjectBinding = (id: string) => `erasure:${id}`;

export function erasureStore(db: AppDb): ErasureStore {
  const { sequelize, keyring } = db;

  async function find(id: string, transaction?: Transaction): Promise<Erasure | null> {
    const lock = transaction ? ' FOR UPDATE' : '';
    const [row] = await select<Erasure>(sequelize, `SELECT ${columns} FROM erasures WHERE id = :id${lock}`, { id }, transaction);
    return row ?? null;
  }
  async function get(id: string, transaction?: Transaction): Promise<Erasure> {
    const found = await find(id, transaction);
    if (!found) throw new NotFound('erasure', id);
    return found;
  }

  /** The company's row stays locked: of two erasures of a company, the second sees the first. */
  async function lockCompany(companyId: string, transaction: Transaction): Promise<void> {
    const [company] = await select<{ closedAt: Date | null }>(
      sequelize,
      'SELECT closed_at AS closedAt FROM companies WHERE id = :companyId FOR UPDATE',
      { companyId },
      transaction,
    );
    if (!company) throw new NotFound('company', companyId);
    if (company.closedAt) throw new Conflict('The company is being erased, or was: look at its erasures.');
  }

  async function add(
    { id, companyId, kind, reason }: Pick<Erasure, 'id' | 'companyId' | 'kind' | 'reason'>,
    sealed: { subject: Buffer; version: number } | null,
    audit: By,
    transaction: Transaction,
  ): Promise<Erasure> {
    const { subject, version } = sealed ?? { subject: null, version: null };
    await write(
      sequelize,
      `INSERT INTO erasures (id, company_id, kind, state, subject, key_version, reason, asked_by)
       VALUES (:id, :companyId, :kind, 'running', :subject, :version, :reason, :actor)`,
      { id, companyId, kind, subject, version, reason, actor: audit.actor },
      transaction,
    );
    const entry = { ...audit, companyId, action: `${kind}.erase` as const, subject: id, outcome: 'asked' as const };
    await appendAudit(db, entry, transaction);
    return get(id, transaction);
  }

  const person: ErasureStore['person'] = async (id) => {
    const [row] = await select<{ companyId: string; subject: Buffer | null; version: number }>(
      sequelize,
      'SELECT company_id AS companyId, subject, key_version AS version FROM erasures WHERE id = :id',
      { id },
    );
    if (!row?.subject) throw new NotFound('person to erase', id);
    const key = await keyring.version(row.companyId, row.version);
    return JSON.parse(key.open(subjectBinding(id), row.subject).toString()) as Person;
  };

  return {
    askCompany: (input, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const { companyId } = input;
        await lockCompany(companyId, transaction);
        const ids = async (sql: string) =>
          (await select<{ id: string }>(sequelize, `${sql} LIMIT 20`, { companyId }, transaction)).map(({ id }) => id).join(', ');
        const below = await ids('SELECT id FROM companies WHERE parent_company_id = :companyId');
        if (below) throw new Conflict(`There are companies below it: move or erase ${below} first.`);
        const live = await ids(
          `SELECT id FROM integration_connections WHERE company_id = :companyId AND state <> 'disconnected'`,
        );
        if (live) throw new Conflict(`It is still connected: disconnect ${live} first, or cancel the onboarding.`);
        const other = await ids(`SELECT id FROM erasures WHERE company_id = :companyId AND state = 'running'`);
        if (other) throw new Conflict(`Another erasure is under way: wait until ${other} is done.`);
        const update = (sql: string) => write(sequelize, sql, { companyId, now: sqlTime(new Date()) }, transaction);
        await update('UPDATE companies SET closed_at = :now WHERE id = :companyId');
        await update('UPDATE users SET disabled_at = :now WHERE company_id = :companyId AND disabled_at IS NULL');
        await update('UPDATE api_keys SET revoked_at = :now WHERE company_id = :companyId AND revoked_at IS NULL');
        return add({ ...input, id: newId('erasure'), kind: 'company' }, null, audit, transaction);
      }),

    async askPerson({ companyId, reason, person: who }, audit) {
      const id = newId('erasure');
      const key = await keyring.current(companyId);
      const subject = key.seal(subjectBinding(id), Buffer.from(JSON.stringify(who)));
      return inTransaction(sequelize, async (transaction) => {
        await lockCompany(companyId, transaction);
        const mentions = mentionsOf(who);
        const active = await select<{ id: string; email: string; phone: string | null }>(
          sequelize,
          'SELECT id, email, phone FROM users WHERE company_id = :companyId AND disabled_at IS NULL',
          { companyId },
          transaction,
        );
        const theirs = active.find(({ email, phone }) => [email, phone ?? ''].some((text) => text.search(mentions) >= 0));
        if (theirs) throw new Conflict(`${theirs.id} is a user with this address and may sign in: disable them first.`);
        const underWay = who.phone ? await deliveriesUnderWay(db, companyId, who.phone.e164) : [];
        if (underWay.length > 0)
          throw new Conflict(`Messages to this number are under way: cancel or decide ${underWay.join(', ')} first, or wait.`);
        return add({ id, companyId, kind: 'person', reason }, { subject, version: key.version }, audit, transaction);
      });
    },

    find: (id) => find(id),
    async list({ companyId, cursor, limit }) {
      const rows = await select<Erasure>(
        sequelize,
        `SELECT ${columns} FROM erasures WHERE company_id = :companyId AND (:cursor IS NULL OR id < :cursor) ORDER BY id DESC LIMIT :limit`,
        { companyId, cursor: cursor ?? null, limit: limit + 1 },
      );
      return cutPage(rows, limit, ({ id }) => id);
    },
    running: (before) =>
      select(sequelize, `SELECT ${columns} FROM erasures WHERE state = 'running' AND asked_at < :before ORDER BY id LIMIT 200`, {
        before: sqlTime(before),
      }),
    tables: (id) => readErased(sequelize, id),
    person,

    async scope(id) {
      const { companyId } = await get(id);
      const ids = async (sql: string) => (await select<{ id: string }>(sequelize, sql, { companyId })).map((row) => row.id);
      const own = await ids('SELECT id FROM integration_connections WHERE company_id = :companyId ORDER BY id');
      const feeding = await ids(
        `SELECT connection_id AS id FROM franchise_keys WHERE company_id = :companyId
         UNION SELECT connection_id FROM metric_shares WHERE company_id = :companyId ORDER BY id`,
      );
      return { companyId, own, shared: feeding.filter((feeder) => !own.includes(feeder)) };
    },

    async eraseCompany(erasing, scope) {
      await eraseCompanyRows(sequelize, erasing, scope);
      await eraseAuditParts(db, erasing, scope.companyId);
    },
    erasePerson: async (erasing, scope) => eraseAppPerson(db, erasing, { scope, person: await person(erasing.erasureId) }),

    finish: (id) =>
      inTransaction(sequelize, async (transaction) => {
        const { companyId, kind, state } = await get(id, transaction);
        if (state === 'done') return;
        if (kind === 'company') await forgetCompany(id, companyId, transaction);
        await write(
          sequelize,
          `UPDATE erasures SET state = 'done', done_at = UTC_TIMESTAMP(3), subject = NULL, key_version = NULL WHERE id = :id`,
          { id },
          transaction,
        );
        const entry = { companyId, actor: 'engine', subject: id, outcome: 'done' as const };
        await appendAudit(db, { ...entry, action: `erasure.${kind}` }, transaction);
      }),
  };

  /** Its row stays for the audit log, without a name and outside every tree. Whatever was sealed with its keys opens no more. */
  async function forgetCompany(erasureId: string, companyId: string, transaction: Transaction): Promise<void> {
    const { affectedRows } = await write(
      sequelize,
      `UPDATE data_keys SET state = 'retired', wrapped = NULL, current_scope = NULL, retired_at = UTC_TIMESTAMP(3)
       WHERE scope = :companyId AND wrapped IS NOT NULL`,
      { companyId },
      transaction,
    );
    await addErased(sequelize, erasureId, { table: 'data_keys', changed: affectedRows }, transaction);
    await write(
      sequelize,
      `UPDATE companies SET name = 'Erased company', time_zone = 'UTC', parent_company_id = NULL WHERE id = :companyId`,
      { companyId },
      transaction,
    );
    await addErased(sequelize, erasureId, { table: 'companies', changed: 1 }, transaction);
  }
}
