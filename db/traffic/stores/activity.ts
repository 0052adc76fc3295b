import { boundedKey } from '../../hash.ts';
import { type Page, type PageInput, cutPage, numberBelow } from '../../page.ts';
import { select, sqlTime, write } from '../../sql.ts';
import type { TrafficDb } from '../context.ts';

/** What happened for a client, in the client's words. */
export interface ClientActivity {
  companyId: string;
  connectionId: string;
  at: Date;
  kind: string;
  /** At most 280 characters; no phone number, no message body. */
  sentence: string;
  /** The id of what it is about; the same subject and kind is kept once. */
  subject: string;
}

export interface ActivityStore {
  /** The same connection, kind and subject is one row, which takes the newest words. */
  append(rows: ClientActivity[]): Promise<void>;
  find(id: string): Promise<(ClientActivity & { id: string }) | null>;
  /** The newest of a kind that happened between two moments. */
  latest(input: {
    connectionId: string;
    kind: string;
    from: Date;
    until: Date;
  }): Promise<(ClientActivity & { id: string }) | null>;
  /** Newest first. */
  list(input: PageInput & { companyId: string }): Promise<Page<ClientActivity & { id: string }>>;
}

const selected = `SELECT id, company_id AS companyId, connection_id AS connectionId, happened_at AS \`at\`, kind, sentence, subject
  FROM event_client_activity`;

export function activityStore({ sequelize }: TrafficDb): ActivityStore {
  return {
    async append(rows) {
      if (rows.length === 0) return;
      await write(
        sequelize,
        `INSERT INTO event_client_activity (company_id, connection_id, kind, subject, sentence, happened_at) VALUES :rows
         ON DUPLICATE KEY UPDATE sentence = VALUES(sentence), happened_at = VALUES(happened_at)`,
        {
          rows: rows.map(({ companyId, connectionId, kind, subject, sentence, at }) => [
            companyId,
            connectionId,
            kind,
            boundedKey(subject),
            sentence,
            sqlTime(at),
          ]),
        },
      );
    },

    async find(id) {
      const [row] = await select<ClientActivity & { id: number }>(sequelize, `${selected} WHERE id = :id`, { id });
      return row ? { ...row, id: String(row.id) } : null;
    },

    async latest({ from, until, ...of }) {
      const [row] = await select<ClientActivity & { id: number }>(
        sequelize,
        `${selected} WHERE connection_id = :connectionId AND kind = :kind AND happened_at >= :from AND happened_at < :until
         ORDER BY happened_at DESC LIMIT 1`,
        { ...of, from: sqlTime(from), until: sqlTime(until) },
      );
      return row ? { ...row, id: String(row.id) } : null;
    },

    async list({ companyId, cursor, limit }) {
      const rows = await select<ClientActivity & { id: number }>(
        sequelize,
        `${selected} WHERE company_id = :companyId AND id < :before ORDER BY id DESC LIMIT :limit`,
        { companyId, before: numberBelow(cursor), limit: limit + 1 },
      );
      return cutPage(
        rows.map((row) => ({ ...row, id: String(row.id) })),
        limit,
        ({ id }) => id,
      );
    },
  };
}
