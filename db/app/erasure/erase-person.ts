import type { Person } from '../../../domain/person.ts';
import { mentionsOf } from '../../../domain/person.ts';
import { addErased, type Erasing } from '../../erasure/counts.ts';
import { erasePersonRows } from '../../erasure/person-rows.ts';
import type { ErasureScope } from '../../erasure/scope.ts';
import { select, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import type { AppDb } from '../context.ts';
import { wordsBinding } from '../stores/message-fallbacks.ts';
import { hiddenAddress } from '../stores/opt-outs.ts';
import { eraseAuditMentions } from './erase-audit.ts';
import { personRules } from './person-rules.ts';

/** Takes a person out of what a company has. Answers the messages to them that are under way: these need their address still. */
export async function eraseAppPerson(
  db: AppDb,
  erasing: Erasing,
  { scope, person }: { scope: ErasureScope; person: Person },
): Promise<{ underWay: string[] }> {
  const mentions = mentionsOf(person);
  await erasePersonRows(db.sequelize, erasing, { rules: personRules, scope, mentions });
  await eraseFallbackWords(db, erasing, { companyId: scope.companyId, mentions });
  if (person.phone) await hideOptOuts(db, erasing, scope.own, person.phone.e164);
  await eraseAuditMentions(db, erasing, scope.companyId, mentions);
  return { underWay: person.phone ? await deliveriesUnderWay(db, scope.companyId, person.phone.e164) : [] };
}

/** What people wrote of a message to somebody else may mention the person: it is opened, looked through, and deleted. */
async function eraseFallbackWords(
  { sequelize, keyring }: AppDb,
  erasing: Erasing,
  { companyId, mentions }: { companyId: string; mentions: RegExp },
): Promise<void> {
  const rows = await select<{ id: string; words: Buffer; version: number }>(
    sequelize,
    `SELECT id, words, key_version AS version FROM message_fallbacks WHERE company_id = :companyId AND words IS NOT NULL ORDER BY id`,
    { companyId },
  );
  for (const { id, words, version } of rows) {
    const text = (await keyring.version(companyId, version)).open(wordsBinding(id), words).toString();
    if (text.search(mentions) < 0) continue;
    await inTransaction(sequelize, async (transaction) => {
      const sql = 'UPDATE message_fallbacks SET words = NULL, key_version = NULL WHERE id = :id AND words IS NOT NULL';
      const { affectedRows } = await write(sequelize, sql, { id }, transaction);
      await addErased(sequelize, erasing.erasureId, { table: 'message_fallbacks', changed: affectedRows }, transaction);
    });
    erasing.tick();
  }
}

/** Messages to the number that may still go out. */
export async function deliveriesUnderWay({ sequelize }: AppDb, companyId: string, phone: string): Promise<string[]> {
  const rows = await select<{ id: string }>(
    sequelize,
    `SELECT id FROM message_deliveries
     WHERE status IN ('queued', 'sending', 'ambiguous') AND company_id = :companyId AND to_address = :phone ORDER BY id LIMIT 20`,
    { companyId, phone },
  );
  return rows.map(({ id }) => id);
}

/** Whoever asked for no messages gets none afterwards either: their word stays under a fingerprint of the number. */
async function hideOptOuts(db: AppDb, erasing: Erasing, connectionIds: string[], phone: string): Promise<void> {
  const { sequelize } = db;
  const hidden = await hiddenAddress(db, phone);
  for (const connectionId of connectionIds) {
    await inTransaction(sequelize, async (transaction) => {
      const values = { connectionId, phone, hidden };
      await write(
        sequelize,
        `INSERT INTO message_opt_outs (connection_id, address, company_id, state, source, changed_at)
           SELECT connection_id, :hidden, company_id, state, source, changed_at FROM message_opt_outs o
           WHERE connection_id = :connectionId AND address = :phone
         ON DUPLICATE KEY UPDATE
           state = IF(VALUES(changed_at) >= message_opt_outs.changed_at, VALUES(state), message_opt_outs.state),
           source = IF(VALUES(changed_at) >= message_opt_outs.changed_at, VALUES(source), message_opt_outs.source),
           changed_at = GREATEST(VALUES(changed_at), message_opt_outs.changed_at)`,
        values,
        transaction,
      );
      const { affectedRows } = await write(
        sequelize,
        'DELETE FROM message_opt_outs WHERE connection_id = :connectionId AND address = :phone',
        values,
        transaction,
      );
      await addErased(sequelize, erasing.erasureId, { table: 'message_opt_outs', changed: affectedRows }, transaction);
    });
    erasing.tick();
  }
}
