/** What tests ask of a launched connection: commands, its status, and ways into each of its states. */
import type { ConnectionState } from '../../domain/connection-state.ts';
import type { FailureCode } from '../../domain/failure.ts';
import {
  connectorStatusQuery,
  disconnectUpdate,
  enterManualValueUpdate,
  handBackManualValueUpdate,
  pauseUpdate,
  reauthorizeUpdate,
  resumeUpdate,
  runFinishedSignal,
  syncNowUpdate,
} from '../../workflows/messages.ts';
import { stage, type Launched, type Stage } from './scene.ts';
import type { TwilioAccount } from './twilio-account.ts';
import { until } from './until.ts';

const by = 'user_admin';
const day = (at: number) => new Date(at).toISOString().slice(0, 10);

export function commandsOf(engine: Stage, launched: Launched) {
  const { connector, connectionId, companyId } = launched;
  const status = () => connector.query(connectorStatusQuery);
  return {
    syncNow: (stream?: string) => connector.executeUpdate(syncNowUpdate, { args: [{ by, ...(stream && { stream }) }] }),
    pause: () => connector.executeUpdate(pauseUpdate, { args: [{ by, reason: 'Holiday' }] }),
    resume: () => connector.executeUpdate(resumeUpdate, { args: [{ by }] }),
    disconnect: () => connector.executeUpdate(disconnectUpdate, { args: [{ by, reason: 'Moved elsewhere' }] }),
    async reauthorize(account: Pick<TwilioAccount, 'accountSid' | 'authToken'> = launched.account) {
      const tokenId = await stage(engine, launched, account);
      return connector.executeUpdate(reauthorizeUpdate, { args: [{ by, tokenId }] });
    },
    async enterManualValue(value = '42') {
      const { snapshotId } = await engine.app.manualValues.enter(
        {
          companyId,
          connectionId,
          metricKey: 'messages_delivered',
          value,
          periodStart: day(Date.now() - 30 * 86_400_000),
          periodEnd: day(Date.now()),
          reason: 'The provider is down',
          expiresAt: new Date(Date.now() + 3_600_000),
        },
        { actor: by },
      );
      return connector.executeUpdate(enterManualValueUpdate, { args: [{ by, snapshotId }] });
    },
    handBackManualValue: () => connector.executeUpdate(handBackManualValueUpdate, { args: [{ by }] }),
    status,
    /** A failed run of the job of messages, as its workflow tells it. */
    async tellFailedRun(code: FailureCode = 'provider_unavailable') {
      const jobs = await engine.app.jobs.list(connectionId);
      const jobId = jobs.find(({ stream }) => stream === 'messages')!.id;
      await connector.signal(runFinishedSignal, { jobId, runId: 'run_told', outcome: 'failed', code });
    },
    reaches: (state: ConnectionState) => until(status, (now) => now.state === state),
    /** No run is under way, and the last one's word has arrived. */
    async idle(withinMs?: number) {
      await until(
        () => engine.app.jobs.list(connectionId),
        (jobs) => jobs.every(({ runningRunId }) => runningRunId === null),
        withinMs,
      );
    },
  };
}

/** Brings a launched connection into `state`, from whichever state it is in. */
export async function bring(engine: Stage, launched: Launched, state: ConnectionState): Promise<void> {
  const commands = commandsOf(engine, launched);
  await commands.idle();
  const now = (await commands.status()).state;
  if (now === state) return;
  if (now !== 'active') {
    if (now !== 'paused') await commands.pause();
    if (state === 'paused') return;
    await commands.resume();
  }
  if (state === 'paused') await commands.pause();
  if (state === 'needs_reauthorization') await commands.tellFailedRun('credentials_rejected');
  if (state === 'degraded' || state === 'manual_fallback') {
    await commands.tellFailedRun('permission_missing');
    await commands.reaches('degraded');
  }
  if (state === 'manual_fallback') await commands.enterManualValue();
  await commands.reaches(state);
}
