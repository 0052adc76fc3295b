/** One push in its turn: look, judge, write. */
import { ApplicationFailure } from '@temporalio/activity';
import { mendOf } from '../domain/failed-work.ts';
import { consequences, isFailureCode, type FailureCode } from '../domain/failure.ts';
import { externalIdOf, mappingName } from '../domain/mapping.ts';
import { applyOutMapping, usualOutMapping } from '../domain/out-mapping.ts';
import type { RetryPolicy } from '../domain/policy.ts';
import { afterFailure, conflictCause, conflictSentence, judgePush, pushWaitMs } from '../domain/push.ts';
import { valueAt } from '../domain/raw-value.ts';
import type { Push } from '../db/app/stores/pushes.ts';
import { isFresh, withHeartbeat, type Claimed } from './attempts.ts';
import { refOf, type ActivityDeps } from './deps.ts';
import { failWith, type OpenedConnection } from './provider-call.ts';

export type PushSent = { end: 'done' } | { end: 'asks_person' } | { end: 'waits'; waitMs: number };

export async function sendPush(deps: ActivityDeps, opened: OpenedConnection, push: Push, retry: RetryPolicy): Promise<PushSent> {
  const { app } = deps;
  try {
    return await write(deps, opened, push);
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || !isFailureCode(error.type)) throw error;
    const [code, attempts] = [error.type, push.attempts + 1];
    if (afterFailure(code, attempts) === 'failed') {
      await giveToPerson(deps, opened, push, { code, sentence: `${error.message} ${consequences[code].ownerAction}` });
      return { end: 'asks_person' };
    }
    const waitMs = pushWaitMs(attempts, retry, Number(error.nextRetryDelay ?? 0));
    const nextAttemptAt = new Date(deps.now().getTime() + waitMs);
    await app.pushes.wait(push.id, { code, sentence: error.message, nextAttemptAt });
    return { end: 'waits', waitMs };
  }
}

async function write(deps: ActivityDeps, opened: OpenedConnection, push: Push): Promise<PushSent> {
  const { app } = deps;
  const { connection, provider, call } = opened;
  const { connectionId, object, externalId } = push;
  const stream = Object.values(provider.streams).find((one) => one.object === object);
  const reading = await app.mappings.current(connectionId, object);
  if (!stream?.writes || !stream.fetchByIds || !reading)
    throw failWith('configuration_invalid', `${connection.label}: a ${object} cannot be written at ${provider.label}.`);
  const { fields: writable, mapping: declared, write: writeAtProvider } = stream.writes;
  const published = await app.mappings.current(connectionId, mappingName({ object, direction: 'out' }));
  const { fields } = published ?? usualOutMapping(declared, reading);
  const made = applyOutMapping({ fields }, writable, push.wanted);
  if ('issues' in made)
    throw failWith('configuration_invalid', made.issues.map(({ path, message }) => `${path} ${message}`).join('; '));

  const { records } = await call((context) =>
    stream.fetchByIds!(withHeartbeat(context), { externalIds: [externalId], now: deps.now() }),
  );
  const raw = records.find((record) => externalIdOf(reading, record) === externalId);
  if (raw === undefined)
    throw failWith('record_rejected', `${provider.label} no longer has this ${object}: it was deleted or merged into another.`);
  const { seen, seenVersion, overwrites } = push;
  const versionMs = new Date(valueAt(raw, reading.sourceUpdatedAt) as string).getTime();
  const looked = { raw, versionMs, wanted: made.values, seen, seenVersionMs: seenVersion.getTime(), overwrites };
  const judged = judgePush(fields, writable, looked);
  if (judged.verdict === 'conflict') {
    const sentence = conflictSentence(provider.label, judged.fields);
    await giveToPerson(deps, opened, push, { code: 'record_rejected', sentence }, 'conflict');
    return { end: 'asks_person' };
  }
  if (judged.verdict === 'write') {
    if (!(await app.pushes.claim(push.id))) return { end: 'asks_person' }; // somebody has cancelled it meanwhile
    const claimed: Claimed = { attempt: push.attempts + 1, claimedAtMs: performance.now() };
    await call((context) => {
      // The process may have been frozen since: another attempt may have written this and what comes after it.
      if (!isFresh(claimed))
        throw failWith('provider_unavailable', 'The push was held up before it went out; it is looked at again.');
      return writeAtProvider(withHeartbeat(context), { externalId, values: judged.values });
    });
  }
  await app.pushes.finish(push.id, { state: 'done', mappingVersion: published?.version ?? null });
  await app.tasks.completeBySubject(push.id, 'It was written.', 'engine');
  return { end: 'done' };
}

async function giveToPerson(
  { app, temporal }: ActivityDeps,
  { connection }: OpenedConnection,
  { id, companyId, connectionId, externalId, mappingVersion }: Push,
  why: { code: FailureCode; sentence: string },
  state: 'failed' | 'conflict' = 'failed',
): Promise<void> {
  await app.pushes.finish(id, { state, mappingVersion, ...why });
  // What time may mend climbs the ladder of failed work from here.
  if (mendOf('push', why.code) === 'time') await temporal.wakeRetries(refOf(connection));
  if (state === 'failed') return; // its item in the error queue says all
  const sentence = `${connection.label}: what was asked for at ${externalId} is not written. ${why.sentence}`;
  await app.tasks.open({ companyId, connectionId, cause: conflictCause, subject: id, sentence });
}
