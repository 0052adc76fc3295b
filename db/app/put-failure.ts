import type { Transaction } from 'sequelize';
import type { FailureCode } from '../../domain/failure.ts';
import { likenessOf, mendOf, type Mend, type QueueKind } from '../../domain/failed-work.ts';
import { completePolicy, type PolicyOverrides } from '../../domain/policy.ts';
import { nextStep } from '../../domain/retry-ladder.ts';
import { boundedKey, boundedSentence, sha256 } from '../hash.ts';
import { newId } from '../ids.ts';
import { select, sqlTime, sqlTimeOrNull, write } from '../sql.ts';
import type { AppDb } from './context.ts';

export interface QueueInput {
  companyId: string;
  connectionId: string;
  kind: QueueKind;
  /** What failed, by its own id: the same is the same item while it is open. */
  cause: string;
  code: FailureCode;
  sentence: string;
  rawEventId: string | null;
  deliveryId?: string | null | undefined;
  runId?: string | null | undefined;
  /** The franchise key without which it cannot be applied. */
  waitsFor?: string | null | undefined;
  /** What makes another attempt worth it; from kind and code where it is not said. */
  mend?: Mend | undefined;
  object?: string | null | undefined;
  /** Of the mapping that it did not fit. */
  mappingVersion?: number | null | undefined;
  /** `false`: nothing was tried, so what is there already stays where it is on the ladder. */
  isAttempt?: boolean;
}

/** One open item for each connection, kind and cause: a repeat counts an attempt, takes the new sentence and goes up the ladder. */
export async function putFailure(
  { sequelize }: Pick<AppDb, 'sequelize'>,
  input: QueueInput,
  transaction: Transaction,
): Promise<{ id: string; nextAttemptAt: Date | null }> {
  const { companyId, connectionId, kind, code, rawEventId, deliveryId = null, runId = null, waitsFor = null } = input;
  const { object = null, mappingVersion = null, mend = mendOf(kind, code), isAttempt = true } = input;
  const now = new Date();
  const ref = { connectionId, kind, cause: boundedKey(input.cause) };
  const values = {
    ...ref,
    id: newId('queueItem'),
    companyId,
    code,
    rawEventId,
    deliveryId,
    runId,
    object,
    mappingVersion,
    mend,
    waitsFor: waitsFor && boundedKey(waitsFor),
    reason: reasonOf(kind, code, input.sentence),
    sentence: boundedSentence(input.sentence),
    attempt: isAttempt ? 1 : 0,
    now: sqlTime(now),
  };
  await write(
    sequelize,
    `INSERT INTO integration_error_queue (id, company_id, connection_id, kind, cause, open_cause, code, sentence, state, mend, object,
       mapping_version, reason, raw_event_id, delivery_id, run_id, waits_for, first_seen_at, last_seen_at)
     VALUES (:id, :companyId, :connectionId, :kind, :cause, :cause, :code, :sentence, 'pending', :mend, :object, :mappingVersion,
       :reason, :rawEventId, :deliveryId, :runId, :waitsFor, :now, :now)
     ON DUPLICATE KEY UPDATE attempts = attempts + :attempt, code = VALUES(code), sentence = VALUES(sentence), mend = VALUES(mend),
       reason = VALUES(reason), waits_for = VALUES(waits_for), last_seen_at = VALUES(last_seen_at),
       object = COALESCE(VALUES(object), object), mapping_version = COALESCE(VALUES(mapping_version), mapping_version),
       raw_event_id = COALESCE(VALUES(raw_event_id), raw_event_id),
       delivery_id = COALESCE(VALUES(delivery_id), delivery_id), run_id = COALESCE(VALUES(run_id), run_id)`,
    values,
    transaction,
  );
  const [item] = await select<{ id: string; attempts: number; policy: string | null }>(
    sequelize,
    `SELECT q.id, q.attempts, CAST(s.policy AS CHAR) AS policy FROM integration_error_queue q
     LEFT JOIN integration_settings s ON s.connection_id = q.connection_id
     WHERE q.connection_id = :connectionId AND q.kind = :kind AND q.open_cause = :cause`,
    ref,
    transaction,
  );
  const { id, attempts, policy } = item!;
  const { retryLadderMs } = completePolicy(policy === null ? {} : (JSON.parse(policy) as PolicyOverrides));
  const { state, waitMs } = nextStep(retryLadderMs, { id, attempts, mend });
  const nextAttemptAt = waitMs === null ? null : new Date(now.getTime() + waitMs);
  await write(
    sequelize,
    'UPDATE integration_error_queue SET state = :state, next_attempt_at = :next WHERE id = :id',
    { id, state, next: sqlTimeOrNull(nextAttemptAt) },
    transaction,
  );
  return { id, nextAttemptAt };
}

/** The word that items of one cause share. */
function reasonOf(kind: QueueKind, code: FailureCode, sentence: string): string {
  return sha256(JSON.stringify([kind, code, likenessOf(sentence)]))
    .toString('hex')
    .slice(0, 12);
}
