import type { Sequelize, Transaction } from 'sequelize';
import { BadCursor } from '../../errors.ts';
import { type Page, type PageInput, cutPage } from '../../page.ts';
import { keyVersion, open, seal } from '../../seal.ts';
import { select, sqlTime, write } from '../../sql.ts';
import type { AppDb } from '../context.ts';

export interface OptOut {
  address: string;
  state: 'out' | 'in';
  /** What told us: `keyword`, or the provider's refusal. */
  source: string;
  at: Date;
}

export interface OptOutStore {
  isOptedOut(connectionId: string, address: string): Promise<boolean>;
  /** The later word wins, in whatever order they arrive. */
  record(input: OptOut & { connectionId: string; companyId: string }): Promise<void>;
  /** By address. The cursor is sealed, because it holds the last one. Throws `BadCursor`. */
  list(input: PageInput & { connectionId: string }): Promise<Page<OptOut>>;
}

export function optOutStore({ sequelize, masterKey }: AppDb): OptOutStore {
  const cursorScope = (connectionId: string) => ({ masterKey, companyId: '', boundTo: `opt-out cursor ${connectionId}` });

  function openCursor(connectionId: string, cursor: string): string {
    try {
      return open(cursorScope(connectionId), Buffer.from(cursor, 'base64url'), keyVersion).toString();
    } catch {
      throw new BadCursor();
    }
  }

  return {
    async isOptedOut(connectionId, address) {
      const rows = await select(
        sequelize,
        `SELECT 1 AS found FROM message_opt_outs WHERE connection_id = :connectionId AND address = :address AND state = 'out'`,
        { connectionId, address },
      );
      return rows.length > 0;
    },
    record: ({ connectionId, companyId, ...word }) => recordOptOuts(sequelize, { connectionId, companyId }, [word]),
    async list({ connectionId, cursor, limit }) {
      const after = cursor === undefined ? '' : openCursor(connectionId, cursor);
      const rows = await select<OptOut>(
        sequelize,
        `SELECT address, state, source, changed_at AS \`at\` FROM message_opt_outs
         WHERE connection_id = :connectionId AND address > :after ORDER BY address LIMIT :limit`,
        { connectionId, after, limit: limit + 1 },
      );
      return cutPage(rows, limit, ({ address }) => seal(cursorScope(connectionId), Buffer.from(address)).toString('base64url'));
    },
  };
}

/** One statement for all words; where two speak of one address, the later time wins. */
export async function recordOptOuts(
  sequelize: Sequelize,
  { connectionId, companyId }: { connectionId: string; companyId: string },
  words: OptOut[],
  transaction?: Transaction,
): Promise<void> {
  if (words.length === 0) return;
  await write(
    sequelize,
    // Assignments run from left to right: the time comes last, because the others compare with it.
    `INSERT INTO message_opt_outs (connection_id, address, company_id, state, source, changed_at) VALUES :rows
     ON DUPLICATE KEY UPDATE state = IF(VALUES(changed_at) >= changed_at, VALUES(state), state),
       source = IF(VALUES(changed_at) >= changed_at, VALUES(source), source),
       changed_at = GREATEST(VALUES(changed_at), changed_at)`,
    { rows: words.map(({ address, state, source, at }) => [connectionId, address, companyId, state, source, sqlTime(at)]) },
    transaction,
  );
}
