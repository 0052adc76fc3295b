import type { Sequelize, Transaction } from 'sequelize';
import { BadCursor } from '../../errors.ts';
import { type Page, type PageInput, cutPage } from '../../page.ts';
import { scopes } from '../../../keys/scopes.ts';
import { databaseNow, select, sqlTime, write } from '../../sql.ts';
import type { AppDb } from '../context.ts';

export interface OptOut {
  /** `erased` in a list, where the number was erased. */
  address: string;
  state: 'out' | 'in';
  /** What told us: `keyword`, or the provider's refusal. */
  source: string;
  at: Date;
}

export interface OptOutStore {
  isOptedOut(connectionId: string, address: string): Promise<boolean>;
  /** The later word wins, in whatever order they arrive; without `at` it is now, by the database's clock. */
  record(input: Omit<OptOut, 'at'> & { at?: Date; connectionId: string; companyId: string }): Promise<void>;
  /** By address. The cursor is sealed, because it holds the last one. Throws `BadCursor`. */
  list(input: PageInput & { connectionId: string }): Promise<Page<OptOut>>;
}

export function optOutStore({ sequelize, keyring }: AppDb): OptOutStore {
  const cursorBinding = (connectionId: string) => `opt-out cursor ${connectionId}`;

  async function openCursor(connectionId: string, cursor: string): Promise<string> {
    const [version, sealed] = cursor.split('.');
    if (!sealed || !/^\d{1,9}$/.test(version!)) throw new BadCursor();
    try {
      const key = await keyring.version(scopes.platform, Number(version));
      return key.open(cursorBinding(connectionId), Buffer.from(sealed, 'base64url')).toString();
    } catch {
      throw new BadCursor();
    }
  }

  return {
    async isOptedOut(connectionId, address) {
      // The number may have been erased since: the later word wins, whichever row has it.
      const [word] = await select<Pick<OptOut, 'state'>>(
        sequelize,
        `SELECT state FROM message_opt_outs WHERE connection_id = :connectionId AND address IN (:address, :hidden)
         ORDER BY changed_at DESC LIMIT 1`,
        { connectionId, address, hidden: await hiddenAddress({ keyring }, address) },
      );
      return word?.state === 'out';
    },
    async record({ connectionId, companyId, at, ...word }) {
      await recordOptOuts(sequelize, { connectionId, companyId }, [{ ...word, at: at ?? (await databaseNow(sequelize)) }]);
    },
    async list({ connectionId, cursor, limit }) {
      const after = cursor === undefined ? '' : await openCursor(connectionId, cursor);
      const key = await keyring.current(scopes.platform);
      const rows = await select<OptOut>(
        sequelize,
        `SELECT address, state, source, changed_at AS \`at\` FROM message_opt_outs
         WHERE connection_id = :connectionId AND address > :after ORDER BY address LIMIT :limit`,
        { connectionId, after, limit: limit + 1 },
      );
      const page = cutPage(
        rows,
        limit,
        ({ address }) => `${key.version}.${key.seal(cursorBinding(connectionId), Buffer.from(address)).toString('base64url')}`,
      );
      const shown = page.items.map((word) => (isHidden(word.address) ? { ...word, address: 'erased' } : word));
      return { ...page, items: shown };
    },
  };
}

/** What stands in place of a number that was erased: always the same for it, and nobody can go back from it without the key. */
export async function hiddenAddress({ keyring }: Pick<AppDb, 'keyring'>, address: string): Promise<string> {
  const key = await keyring.current(scopes.fingerprints);
  return `erased:${key.fingerprint(address).toString('base64url')}`;
}
/** Whether it stands for a number that was erased. */
const isHidden = (address: string): boolean => address.startsWith('erased:');

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
