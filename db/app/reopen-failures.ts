import type { Sequelize, Transaction } from 'sequelize';
import { completePolicy, type PolicyOverrides } from '../../domain/policy.ts';
import { select, sqlTime, write, type Values } from '../sql.ts';

/**
 * Opens items again that people closed, as far up the ladder as they were: what time can mend is due at once. `which` is a condition on
 * `q`. What has failed again since stays closed, because its new item stands for it; so does a push, which was over with its item.
 * Answers how many it opened.
 */
export async function reopenFailures(
  sequelize: Sequelize,
  { connectionId, which, values }: { connectionId: string; which: string; values: Values },
  transaction: Transaction,
): Promise<number> {
  const [settings] = await select<{ policy: string | null }>(
    sequelize,
    'SELECT CAST(policy AS CHAR) AS policy FROM integration_settings WHERE connection_id = :connectionId',
    { connectionId },
    transaction,
  );
  const { retryLadderMs } = completePolicy(settings?.policy ? (JSON.parse(settings.policy) as PolicyOverrides) : {});
  const { affectedRows } = await write(
    sequelize,
    `UPDATE integration_error_queue q
     LEFT JOIN integration_error_queue again
       ON again.connection_id = q.connection_id AND again.kind = q.kind AND again.open_cause = q.cause
     SET q.open_cause = q.cause, q.closed_at = NULL, q.closed_by = NULL, q.note = NULL,
       q.state = IF(q.attempts > :rungs, 'dead', 'pending'),
       q.next_attempt_at = IF(q.mend = 'time' AND q.attempts <= :rungs, :now, NULL)
     WHERE q.connection_id = :connectionId AND q.open_cause IS NULL AND q.closed_by <> 'engine' AND q.kind <> 'push'
       AND again.id IS NULL AND ${which}`,
    { ...values, connectionId, rungs: retryLadderMs.length, now: sqlTime(new Date()) },
    transaction,
  );
  return affectedRows;
}
