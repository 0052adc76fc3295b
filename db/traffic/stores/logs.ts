import { boundedSentence } from '../../hash.ts';
import { type Page, type PageInput, cutPage, numberBelow } from '../../page.ts';
import { select, sqlTime, write } from '../../sql.ts';
import type { TrafficDb } from '../context.ts';

/** One call of a provider's API, redacted by the caller. */
export interface ApiCallLog {
  connectionId: string;
  companyId: string;
  providerKey: string;
  at: Date;
  method: string;
  /** Without query values, phone numbers and secrets. */
  path: string;
  /** `null` when no whole answer came. */
  status: number | null;
  latencyMs: number;
  /** `refused` is a whole answer with status 400 or above; `cancelled` is our own doing. */
  outcome: 'ok' | 'refused' | 'timeout' | 'connection' | 'truncated' | 'address' | 'cancelled';
  note: string | null;
}

export interface LogStore {
  append(rows: ApiCallLog[]): Promise<void>;
  /** Newest first. */
  list(input: PageInput & { connectionId: string }): Promise<Page<ApiCallLog & { id: string }>>;
}

export function logStore({ sequelize }: TrafficDb): LogStore {
  return {
    async append(rows) {
      if (rows.length === 0) return;
      await write(
        sequelize,
        `INSERT INTO integration_logs (logged_on, connection_id, company_id, provider_key, called_at, method, path, status,
           latency_ms, outcome, note)
         VALUES :rows`,
        {
          rows: rows.map((row) => [
            row.at.toISOString().slice(0, 10),
            row.connectionId,
            row.companyId,
            row.providerKey,
            sqlTime(row.at),
            row.method,
            boundedSentence(row.path),
            row.status,
            Math.round(row.latencyMs),
            row.outcome,
            row.note && boundedSentence(row.note),
          ]),
        },
      );
    },

    async list({ connectionId, cursor, limit }) {
      const rows = await select<ApiCallLog & { id: number }>(
        sequelize,
        `SELECT id, connection_id AS connectionId, company_id AS companyId, provider_key AS providerKey, called_at AS \`at\`,
           method, path, status, latency_ms AS latencyMs, outcome, note
         FROM integration_logs WHERE connection_id = :connectionId AND id < :before ORDER BY id DESC LIMIT :limit`,
        { connectionId, before: numberBelow(cursor), limit: limit + 1 },
      );
      return cutPage(
        rows.map((row) => ({ ...row, id: String(row.id) })),
        limit,
        ({ id }) => id,
      );
    },
  };
}
