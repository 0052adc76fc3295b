import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectionCommands, decideCommand, schedulesRun, type ConnectionCommand } from '../../domain/connection-state.ts';
import { workflowIds } from '../../domain/workflow-ids.ts';
import { commandsOf, bring } from '../harness/connector.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { createTwilioAccount } from '../harness/twilio-account.ts';
import { breakTwilio, connectAhead, holdUpRun, type Launched } from '../harness/scene.ts';
import { until } from '../harness/until.ts';
import { policyChangedSignal } from '../../workflows/messages.ts';

let engine: Engine;
let connections: Awaited<ReturnType<typeof connectAhead>>;
beforeAll(async () => {
  engine = await startEngine();
  connections = await connectAhead(engine, 14);
}, 120_000);
afterAll(() => engine.stop());

const schedulesPaused = async ({ connectionId }: Launched) => {
  const jobs = await engine.app.jobs.list(connectionId);
  const schedules = await Promise.all(jobs.map(({ id }) => engine.client.schedule.getHandle(workflowIds.sync(id)).describe()));
  return schedules.map(({ state }) => state.paused);
};

/** Those that leave the state come last, and disconnect at the very end, so that one connection can take them all. */
const inOrder = (state: Parameters<typeof decideCommand>[0]): ConnectionCommand[] => {
  const weight = (command: ConnectionCommand) => {
    const verdict = decideCommand(state, command);
    if (command === 'disconnect') return 3;
    return verdict.verdict !== 'accepted' ? 0 : verdict.to ? 2 : 1;
  };
  return connectionCommands.toSorted((a, b) => weight(a) - weight(b));
};

describe('every command', () => {
  it.each(['active', 'degraded', 'needs_reauthorization', 'paused', 'manual_fallback'] as const)(
    'answers in %s as the table says, and the state, its row and its Schedules follow',
    async (state) => {
      const launched = connections.next();
      const commands = commandsOf(engine, launched);
      // Runs go on failing, so that none of them brings the connection back to active in between.
      await breakTwilio(engine, launched, '/Messages.json', { kind: 'status500', method: 'GET' });
      for (const command of inOrder(state)) {
        await bring(engine, launched, state);
        const expected = decideCommand(state, command);
        const answer = await commands[command]();
        expect({ command, ...answer }).toMatchObject({ command, verdict: expected.verdict });
        if (expected.verdict === 'refused') expect(answer).toEqual(expected);
        if (expected.verdict === 'already') expect(answer).toEqual(expected);
        const to = expected.verdict === 'accepted' && expected.to ? expected.to : state;
        expect(await engine.app.connections.get(launched.connectionId)).toMatchObject({ state: to });
        if (to === 'disconnected') continue;
        expect((await commands.status()).state).toBe(to);
        expect(await schedulesPaused(launched)).toEqual([!schedulesRun(to), !schedulesRun(to)]);
      }
      expect(await launched.connector.result()).toEqual({ state: 'disconnected' });
    },
  );
});

describe('sync now', () => {
  it('is accepted with a run of each stream, and those runs take place', async () => {
    const launched = connections.next();
    const answer = await commandsOf(engine, launched).syncNow();
    expect(answer).toMatchObject({ verdict: 'accepted' });
    if (answer.verdict !== 'accepted') return;
    expect(answer.runs.map(({ stream, status }) => `${stream} ${status}`).toSorted()).toEqual([
      'messages accepted',
      'usage accepted',
    ]);
    for (const { runId, workflowId } of answer.runs) {
      const run = await until(
        () => engine.app.runs.find(runId),
        (found) => found?.outcome !== null,
      );
      expect(run).toMatchObject({ outcome: 'succeeded', trigger: 'manual', workflowId });
      expect((await engine.client.workflow.getHandle(workflowId).describe()).type).toBe('syncRun');
    }
  });

  it('starts only the stream that is asked for', async () => {
    const launched = connections.next();
    expect(await commandsOf(engine, launched).syncNow('usage')).toMatchObject({
      verdict: 'accepted',
      runs: [{ stream: 'usage', status: 'accepted' }],
    });
  });

  it('names the run that is under way instead of starting another', async () => {
    const launched = connections.next();
    const commands = commandsOf(engine, launched);
    await holdUpRun(engine, launched);
    const first = await commands.syncNow('messages');
    if (first.verdict !== 'accepted') throw new Error('The first one must be accepted.');
    expect(await commands.syncNow('messages')).toEqual({
      verdict: 'already',
      sentence: `A run is under way: ${first.runs[0]!.runId}.`,
    });
    const both = await commands.syncNow();
    expect(both).toMatchObject({
      verdict: 'accepted',
      runs: expect.arrayContaining([expect.objectContaining({ ...first.runs[0]!, status: 'already' })]),
    });
    await commands.idle();
  });

  it('is refused for a stream that the connection does not have', async () => {
    const launched = connections.next();
    expect(await commandsOf(engine, launched).syncNow('calls')).toEqual({
      verdict: 'refused',
      code: 'configuration_invalid',
      reason: 'This connection has no stream "calls"; it has: messages, usage.',
    });
  });
});

describe('commands that are given at the same time', () => {
  it('take turns: two pauses are one pause', async () => {
    const commands = commandsOf(engine, connections.next());
    const answers = await Promise.all([commands.pause(), commands.pause()]);
    expect(answers.map(({ verdict }) => verdict).toSorted()).toEqual(['accepted', 'already']);
  });
});

describe('reauthorize', () => {
  it('refuses credentials that do not work, keeps the old ones in force, and may be repeated', async () => {
    const launched = connections.next();
    const commands = commandsOf(engine, launched);
    const answer = await commands.reauthorize({ ...launched.account, authToken: 'e'.repeat(32) });
    expect(answer).toMatchObject({ verdict: 'refused', code: 'credentials_rejected' });
    expect((await engine.app.credentials.active(launched.connectionId))!.values['authToken']).toBe(launched.account.authToken);
    expect(await commands.reauthorize()).toEqual({ verdict: 'accepted' });
  });

  it('writes down what the account reaches now', async () => {
    const launched = connections.next();
    const { number } = await createTwilioAccount(engine, {
      sid: launched.account.accountSid,
      authToken: launched.account.authToken,
    });
    expect(await commandsOf(engine, launched).reauthorize()).toEqual({ verdict: 'accepted' });
    const reaches = await engine.app.accounts.reaches(launched.connectionId);
    expect(reaches.map(({ address }) => address)).toEqual([number]);
  });
});

describe('a connector that hears much', () => {
  it('begins anew before its history is long, and stays what it was', async () => {
    const launched = connections.next();
    const { runId } = await launched.connector.describe();
    expect(await commandsOf(engine, launched).pause()).toEqual({ verdict: 'accepted' });
    const policy = { escalateAfterFailedRuns: 7, ladder: [] };
    const now = await until(
      async () => {
        await Promise.all(Array.from({ length: 50 }, () => launched.connector.signal(policyChangedSignal, policy)));
        // It answers when it has heard them all: what keeps being told to has no moment to begin anew in.
        await commandsOf(engine, launched).status();
        return launched.connector.describe();
      },
      (described) => described.runId !== runId,
    );
    const before = await engine.client.workflow.getHandle(now.workflowId, runId).describe();
    expect(before.status.name).toBe('CONTINUED_AS_NEW');
    expect(before.historyLength).toBeLessThan(2_000);
    expect(await commandsOf(engine, launched).status()).toMatchObject({ state: 'paused' });
  });
});

describe('disconnect', () => {
  it('forgets the credentials, deletes the Schedules and ends the workflow', async () => {
    const launched = connections.next();
    const jobs = await engine.app.jobs.list(launched.connectionId);
    expect(await commandsOf(engine, launched).disconnect()).toEqual({ verdict: 'accepted' });
    expect(await launched.connector.result()).toEqual({ state: 'disconnected' });
    expect(await engine.app.connections.get(launched.connectionId)).toMatchObject({
      state: 'disconnected',
      stateReason: 'Moved elsewhere',
    });
    expect(await engine.app.credentials.active(launched.connectionId)).toBeNull();
    for (const { id } of jobs)
      await expect(engine.client.schedule.getHandle(workflowIds.sync(id)).describe()).rejects.toThrow(/not found/i);
  });
});

it('keeps no phone number, no token and no message body in any history or log line', async () => {
  expect(await engine.leaks()).toEqual([]);
});
