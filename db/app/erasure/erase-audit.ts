import { scopes } from '../../../keys/scopes.ts';
import { addErased, type Erasing } from '../../erasure/counts.ts';
import { select, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import type { AppDb } from '../context.ts';
import { sealErased } from '../erased-entry.ts';
import type { AuditRow } from '../stores/audit.ts';

const pageSize = 500;

type Entry = Pick<AuditRow, 'sequence' | 'companyId' | 'actor' | 'action' | 'subject' | 'outcome' | 'at'> & {
  hash: Buffer;
  /** Address and detail of form 1, which has them in the clear. */
  clear: string | null;
  body: string | null;
};

/**
 * Takes the personal part out of entries of a company's chain, and leaves a seal in its place, without which `audit:verify` would call
 * it removed. Entries of form 1 have nothing beside them: they lose address and detail, and are form 0 from then on.
 */
async function eraseParts(db: AppDb, erasing: Erasing, chain: string, isMeant: (entry: Entry) => boolean): Promise<void> {
  const { sequelize, keyring } = db;
  const key = await keyring.current(scopes.anchors);
  for (let after = 0; ;) {
    const page = await select<Entry>(
      sequelize,
      `SELECT l.sequence, l.company_id AS companyId, l.actor, l.action, l.subject, l.outcome, l.logged_at AS \`at\`, l.hash,
         IF(l.form = 1, CONCAT_WS(' ', l.from_address, l.detail), NULL) AS clear, IF(p.erased_seal IS NULL, p.body, NULL) AS body
       FROM audit_log l LEFT JOIN audit_personal p ON p.chain = l.chain AND p.sequence = l.sequence
       WHERE l.chain = :chain AND l.sequence > :after ORDER BY l.sequence LIMIT ${pageSize}`,
      { chain, after },
    );
    const meant = page.filter((entry) => (entry.clear !== null || entry.body !== null) && isMeant(entry));
    if (meant.length > 0)
      await inTransaction(sequelize, async (transaction) => {
        const seals = meant.map((entry) => {
          const seal = sealErased(key, { ...entry, hash: entry.hash.toString('hex') });
          return [chain, entry.sequence, Buffer.alloc(32), '{}', seal, key.version];
        });
        await write(
          sequelize,
          `INSERT INTO audit_personal (chain, sequence, salt, body, erased_seal, seal_version) VALUES :seals
           ON DUPLICATE KEY UPDATE salt = VALUES(salt), body = VALUES(body), erased_seal = VALUES(erased_seal),
             seal_version = VALUES(seal_version)`,
          { seals },
          transaction,
        );
        await write(
          sequelize,
          `UPDATE audit_log SET form = 0, detail = '{}', from_address = NULL
           WHERE chain = :chain AND sequence IN (:sequences) AND form = 1`,
          { chain, sequences: meant.map(({ sequence }) => sequence) },
          transaction,
        );
        await addErased(sequelize, erasing.erasureId, { table: 'audit_log', changed: meant.length }, transaction);
      });
    erasing.tick();
    if (page.length < pageSize) return;
    after = page.at(-1)!.sequence;
  }
}

/** Of a company that is erased: all of them. */
export const eraseAuditParts = (db: AppDb, erasing: Erasing, chain: string) => eraseParts(db, erasing, chain, () => true);

/** Of one person: those that mention them. */
export const eraseAuditMentions = (db: AppDb, erasing: Erasing, chain: string, mentions: RegExp) =>
  eraseParts(db, erasing, chain, ({ clear, body }) => [clear, body].some((text) => (text ?? '').search(mentions) >= 0));
