import type { CanonicalObject } from '../../../domain/records.ts';
import { Conflict, NotFound } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { plain, plainOrNull } from '../models/table.ts';
import type { By } from './audit.ts';

export interface SyncJob {
  id: string;
  connectionId: string;
  companyId: string;
  stream: string;
  object: CanonicalObject;
  /** Seconds between scheduled runs. */
  cadenceS: number;
  /** Where the next page starts; `null` before the first. */
  cursor: string | null;
  lastRunId: string | null;
  runningRunId: string | null;
}

export interface JobStore {
  /** One row for each stream of the connection; an existing one takes the new cadence and keeps its cursor. Repeatable. */
  ensure(connectionId: string, jobs: { stream: string; object: CanonicalObject; cadenceS: number }[]): Promise<SyncJob[]>;
  /** Lets the next run read everything from the start. Throws `Conflict` while a run is under way, which would write its own place. */
  restart(connectionId: string, object: CanonicalObject, audit: By): Promise<SyncJob[]>;
  list(connectionId: string): Promise<SyncJob[]>;
  find(id: string): Promise<SyncJob | null>;
  /** Those of several connections. */
  listAll(connectionIds: string[]): Promise<SyncJob[]>;
  /** Which of these ids are jobs. */
  known(ids: string[]): Promise<Set<string>>;
}

export function jobStore({ sequelize, models }: AppDb): JobStore {
  const list = async (connectionId: string): Promise<SyncJob[]> =>
    (await models.jobs.findAll({ where: { connectionId }, order: [['id', 'ASC']] })).map(plain);

  return {
    list,
    find: async (id) => plainOrNull(await models.jobs.findByPk(id)),
    listAll: async (connectionIds) =>
      (await models.jobs.findAll({ where: { connectionId: connectionIds }, order: [['id', 'ASC']] })).map(plain),
    known: async (ids) =>
      new Set((await models.jobs.findAll({ where: { id: ids }, attributes: ['id'] })).map((row) => plain(row).id)),

    restart: (connectionId, object, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const rows = await models.jobs.findAll({
          where: { connectionId, object },
          order: [['id', 'ASC']],
          transaction,
          lock: true,
        });
        const running = rows.map(plain).find(({ runningRunId }) => runningRunId !== null);
        if (running) throw new Conflict(`The run ${running.runningRunId} is under way: ask again when it has ended.`);
        for (const row of rows) {
          await row.update({ cursor: null }, { transaction });
          const { id: subject, companyId } = plain(row);
          const entry = {
            ...audit,
            companyId,
            action: 'mapping.resync' as const,
            subject,
            outcome: 'done' as const,
            detail: { object },
          };
          await appendAudit({ sequelize }, entry, transaction);
        }
        return rows.map(plain);
      }),

    async ensure(connectionId, jobs) {
      const connection = await models.connections.findByPk(connectionId);
      if (!connection) throw new NotFound('connection', connectionId);
      const { companyId } = plain(connection);
      if (jobs.length > 0)
        await write(
          sequelize,
          `INSERT INTO integration_sync_jobs (id, connection_id, company_id, stream, object, cadence_s) VALUES :rows
           ON DUPLICATE KEY UPDATE cadence_s = VALUES(cadence_s)`,
          {
            rows: jobs.map(({ stream, object, cadenceS }) => [newId('job'), connectionId, companyId, stream, object, cadenceS]),
          },
        );
      return list(connectionId);
    },
  };
}
