/** Failed work that is tried again: by itself up the ladder, and by people, many at once. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { driftPolicy } from '../../domain/drift.ts';
import { taskQueues, workflowIds } from '../../domain/workflow-ids.ts';
import { select, write } from '../../db/sql.ts';
import type { FieldMapping } from '../../domain/mapping.ts';
import type { CanonicalRecord } from '../../domain/records.ts';
import { mapperOf } from '../../mapping/mapper.ts';
import { replayProgressQuery } from '../../workflows/messages.ts';
import type { Provider } from '../../providers/contract.ts';
import { getProvider } from '../../providers/registry.ts';
import { commandsOf } from '../harness/connector.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { breakTwilio, connect, type Launched } from '../harness/scene.ts';
import { until } from '../harness/until.ts';

let engine: Engine;
/** Of this word in a text, the provider's code fails as often as is said here. */
let readsFail = 0;
const twilio = (): Provider => {
  const provider = getProvider('twilio');
  return {
    ...provider,
    normalize(event) {
      const { Body: body } = event.data;
      if (typeof body === 'string' && body.startsWith('Broken') && readsFail > 0) {
        readsFail -= 1;
        throw new TypeError('No such property');
      }
      return provider.normalize(event);
    },
  };
};
beforeAll(async () => {
  engine = await startEngine({ getProvider: (key) => (key === 'twilio' ? twilio() : getProvider(key)) });
}, 120_000);
afterAll(() => engine.stop());

const ladder = (...waitsMs: number[]) => ({ retryLadderMs: waitsMs });
const queueOf = async ({ connectionId }: Launched) => (await engine.app.errorQueue.list({ connectionId, limit: 100 })).items;
const person = '+14155550177';
let texts = 0;
/** A text as a webhook brings it. */
async function text(launched: Launched, body: string) {
  texts += 1;
  const sid = `SM${String(texts).padStart(32, '0')}`;
  const data = { MessageSid: sid, From: person, To: launched.account.number, Body: body, SmsStatus: 'received' };
  const { connectionId, companyId } = launched;
  const event = {
    connectionId,
    companyId,
    providerKey: 'twilio',
    source: 'webhook' as const,
    key: sid,
    type: 'message_received',
  };
  await engine.traffic.events.storeBatch([{ ...event, occurredAt: null, receivedAt: new Date(), data }]);
  await engine.deps.temporal.wakeEvents(launched);
}
const bodies = async ({ connectionId }: Launched) =>
  (await engine.app.records.messages({ connectionId, direction: 'inbound', limit: 20 })).items.map(({ body }) => body);

describe('Failed work', () => {
  it('is tried again by itself until it succeeds, holds up nothing behind it, and leaves nobody awake', async () => {
    const launched = await connect(engine, { messages: 0, policy: ladder(200, 300, 60_000) });
    readsFail = 2;
    await text(launched, 'Broken twice');
    await text(launched, 'Sound');
    await until(
      () => bodies(launched),
      (all) => all.includes('Sound'),
    );
    const [item] = await until(
      () => queueOf(launched),
      (items) => items[0]?.state === 'resolved',
    );
    expect(item).toMatchObject({ kind: 'event', code: 'defect', mend: 'time', attempts: 2, closedBy: 'engine' });
    expect(await bodies(launched)).toContain('Broken twice');
    await engine.client.workflow.getHandle(workflowIds.retries(launched.connectionId)).result();
  });

  it('is dead after the last rung, and waits for a person', async () => {
    const launched = await connect(engine, { messages: 0, policy: ladder(50, 50) });
    readsFail = 3;
    await text(launched, 'Broken for good');
    const [item] = await until(
      () => queueOf(launched),
      (items) => items[0]?.state === 'dead',
    );
    expect(item).toMatchObject({ attempts: 3, nextAttemptAt: null });
    await engine.client.workflow.getHandle(workflowIds.retries(launched.connectionId)).result();
    expect(await bodies(launched)).toEqual([]);
  });

  it('waits while the connection is paused, and is taken up on resume', async () => {
    const launched = await connect(engine, { messages: 0, policy: ladder(500, 60_000) });
    const { pause, resume } = commandsOf(engine, launched);
    readsFail = 1;
    await text(launched, 'Broken once');
    await until(
      () => queueOf(launched),
      (items) => items.length === 1,
    );
    await pause();
    await engine.client.workflow.getHandle(workflowIds.retries(launched.connectionId)).result();
    expect(await queueOf(launched)).toMatchObject([{ state: 'pending', attempts: 1 }]);
    await resume();
    await until(
      () => queueOf(launched),
      (items) => items[0]?.state === 'resolved',
    );
  });

  it('is found by reconcile when nobody tries it, because the wake-up was lost', async () => {
    const launched = await connect(engine, { messages: 0, policy: ladder(1, 1, 60_000) });
    const { connectionId, companyId } = launched;
    const item = { companyId, connectionId, kind: 'event' as const, cause: 'lost', rawEventId: null };
    const { id } = await engine.app.errorQueue.put({ ...item, code: 'defect', sentence: 'It failed.' });
    const policy = { ...driftPolicy, eventsWaitMs: 0 };
    const pass = () =>
      engine.client.workflow.execute('reconcile', {
        workflowId: `${workflowIds.reconcile}-retries`,
        taskQueue: taskQueues.lifecycle,
        args: [{ policy }],
      });
    expect(await pass()).toMatchObject({ repairs: { retries_started: 1 } });
    expect(await until(() => engine.app.errorQueue.find(id), (found) => found?.state === 'dead')).toMatchObject({
      sentence: expect.stringContaining('past its retention'),
    }); // prettier-ignore
    expect(await pass()).toMatchObject({ repairs: {} });
  });
});

describe('A page that could not be read', () => {
  it('stands in the queue once, is read on by itself, and is resolved by the run that gets past it', async () => {
    const launched = await connect(engine, { messages: 0, policy: ladder(300, 300, 300, 60_000) });
    const { syncNow } = commandsOf(engine, launched);
    // Each run tries it three times.
    await breakTwilio(engine, launched, '/Messages.json', { kind: 'status500', method: 'GET', times: 6 });
    await syncNow('messages');
    const [item] = await until(
      () => queueOf(launched),
      (items) => items[0]?.attempts === 2,
    );
    expect(item).toMatchObject({
      kind: 'page',
      code: 'provider_unavailable',
      mend: 'time',
      object: 'message',
      sentence: expect.stringContaining('A page of "messages" could not be read.'),
    });
    await until(
      () => queueOf(launched),
      (items) => items[0]?.state === 'resolved',
    );
    expect(await queueOf(launched)).toHaveLength(1);
    expect((await engine.app.runs.list({ connectionId: launched.connectionId, limit: 10 })).items[0]).toMatchObject({
      outcome: 'succeeded',
    });
  });
});

/** An account whose messages fit no mapping but the provider's own, with everything that a person asks of it. */
async function misfits(count: number) {
  const launched = await connect(engine, { messages: 0 });
  const { connectionId, companyId, company, account } = launched;
  const { key } = await engine.app.apiKeys.create(
    { companyId, role: 'company_admin', label: 'test', userId: company.admin.id },
    { actor: 'test' },
  );
  engine.canaries.add(key);
  const call = async (method: string, path: string, body?: object, headers = {}) => {
    const answer = await fetch(`${engine.url}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as any };
  };
  const { mapping } = getProvider('twilio').streams['messages']!;
  const unfit: FieldMapping[] = mapping.fields.map((field) =>
    field.target === 'status' ? { ...field, transform: { kind: 'enum', values: { nothing: 'sent' } } } : field,
  );
  await engine.app.mappings.publish({ connectionId, mapping: { ...mapping, fields: unfit } }, { actor: 'test' });
  const { accountSid: sid, authToken } = account;
  await engine.sandbox.control('twilio', 'createAccount', { sid, authToken, messages: count, messageDays: 1 });
  await commandsOf(engine, launched).syncNow('messages');
  await until(
    () => queueOf(launched),
    (items) => items.length === count,
  );
  await commandsOf(engine, launched).idle();
  const at = `/connections/${connectionId}/queue`;
  const replayed = async (body: object, headers = {}) => {
    const asked = await call('POST', `${at}/replays`, body, headers);
    expect(asked.status).toBe(202);
    const ended = await until(
      () => call('GET', `/queue/replays/${asked.body.id}`),
      (answer) => answer.body.outcome !== null,
    );
    return ended.body;
  };
  return {
    ...launched,
    ...commandsOf(engine, launched),
    call,
    at,
    replayed,
    /** What the API answers to the provider's own mapping, by which all fit. */
    publish: () => call('POST', `/connections/${connectionId}/mappings`, mapping),
    rows: async () => (await engine.app.records.messages({ connectionId, limit: 100 })).items,
    states: async () => (await queueOf(launched)).map(({ state }) => state),
  };
}
/** How often rows of messages were written, whatever was in them. */
async function writesOf({ connectionId }: Launched): Promise<string> {
  const [row] = await select<{ told: string }>(
    engine.appDatabase,
    `SELECT CONCAT_WS('/', COUNT(*), MAX(updated_at), MAX(id)) AS told FROM messages WHERE connection_id = :connectionId`,
    { connectionId },
  );
  return row!.told;
}

describe('A replay of many', () => {
  it('is offered by the mapping that mends them, tells its progress, and changes each row once', async () => {
    const scene = await misfits(4);
    expect(await queueOf(scene)).toMatchObject(
      Array.from({ length: 4 }, () => ({ kind: 'record', mend: 'mapping', object: 'message', mappingVersion: 2 })),
    );
    const failing = await scene.replayed({ filter: { kind: 'record' } });
    expect(failing).toMatchObject({ outcome: 'succeeded', items: 4, counts: { failed: 4, created: 0 } });
    expect(await queueOf(scene)).toMatchObject(Array.from({ length: 4 }, () => ({ state: 'pending', attempts: 2 })));

    const { body } = await scene.publish();
    expect(body.mends).toMatchObject({ items: 4, waiting: 4, isEstimate: false });
    expect(body.mends.sentence).toContain('Retry the 4 items this would mend');
    const [one] = await queueOf(scene);
    const filter = { ...body.mends.filter, reason: one!.reason };
    const header = { 'idempotency-key': 'once' };
    const done = await scene.replayed({ filter }, header);
    expect(done).toMatchObject({ items: 4, counts: { created: 4, failed: 0 } });
    expect(done.sentence).toBe('4 of 4 items were tried again: 4 made a new row.');
    expect(await scene.states()).toEqual(Array.from({ length: 4 }, () => 'resolved'));
    const handle = engine.client.workflow.getHandle(done.workflow.id);
    expect(await handle.query(replayProgressQuery)).toMatchObject({ created: 4 });

    const written = await writesOf(scene);
    expect((await scene.replayed({ filter }, header)).id).toBe(done.id);
    expect((await scene.replayed({ filter })).counts).toMatchObject({ created: 0, updated: 0 });
    expect(await writesOf(scene)).toBe(written);
    expect(await scene.rows()).toHaveLength(4);
    const events = await engine.traffic.events.list({ connectionId: scene.connectionId, limit: 10 });
    expect(events.items.map(({ state }) => state)).toEqual(Array.from({ length: 4 }, () => 'applied'));
  });

  it('never applies a record over a newer one, and counts it', async () => {
    const scene = await misfits(2);
    await scene.publish();
    const [item] = await queueOf(scene);
    const [kept] = await engine.traffic.events.polledByIds(scene.connectionId, [item!.rawEventId!]);
    const raw = kept!.raw as { sid: string; date_updated: string; body: string };
    const mapping = (await engine.app.mappings.current(scene.connectionId, 'message'))!;
    // Of the same second at the provider: what was written since is the newer.
    const [mapped] = await mapperOf(mapping)([{ ...raw, body: 'Newer words' }]);
    const { record } = mapped as { record: CanonicalRecord };
    const { connectionId, companyId } = scene;
    await engine.app.records.applyRecords({ connectionId, companyId, mappingVersion: mapping.version, records: [record] });
    const done = await scene.replayed({ filter: {} });
    expect(done.counts).toMatchObject({ created: 1, older: 1, updated: 0 });
    expect((await scene.rows()).find(({ externalId }) => externalId === raw.sid)!.body).toBe('Newer words');
    expect(await scene.states()).toEqual(['resolved', 'resolved']);
  });

  it('is refused while the connection is paused', async () => {
    const scene = await misfits(1);
    await scene.pause();
    expect((await scene.call('POST', `${scene.at}/replays`, { filter: {} })).status).toBe(409);
    expect(await scene.states()).toEqual(['pending']);
    const closing = await scene.call('POST', `${scene.at}/ignore`, { filter: { kind: 'record' }, reason: 'A test account.' });
    expect(closing.body).toMatchObject({ closed: 1, left: 0 });
    expect(await scene.states()).toEqual(['ignored']);
  });
});

describe('A preview', () => {
  it('shows what a replay would change and changes nothing; replayed, it changes exactly that, and leaves what is otherwise', async () => {
    const scene = await misfits(4);
    const { connectionId, companyId } = scene;
    await scene.publish();
    const before = await writesOf(scene);
    const { status, body: preview } = await scene.call('POST', `${scene.at}/previews`, { filter: { kind: 'record' } });
    expect(status).toBe(201);
    expect(preview).toMatchObject({ items: 4, totals: { created: 4, unfit: 0 }, values: 'masked' });
    expect(preview.rows).toHaveLength(4);
    for (const row of preview.rows) {
      expect(row).toMatchObject({ verdict: 'created', before: null, after: { fields: { status: '•••' } }, outcome: null });
      expect(row.changed).toContain('status');
    }
    expect(await writesOf(scene)).toBe(before);
    expect(await scene.states()).toEqual(Array.from({ length: 4 }, () => 'pending'));

    // Meanwhile one is closed by a person, and a row of another comes by itself.
    const [closed, written] = preview.rows as { itemId: string; eventId: string; externalId: string }[];
    await engine.app.errorQueue.ignore(closed!.itemId, 'Not needed.', { actor: 'test' });
    const [kept] = await engine.traffic.events.polledByIds(connectionId, [written!.eventId]);
    const mapping = (await engine.app.mappings.current(connectionId, 'message'))!;
    const [mapped] = await mapperOf(mapping)([{ ...(kept!.raw as object), body: 'By itself' }]);
    const { record } = mapped as { record: CanonicalRecord };
    await engine.app.records.applyRecords({ connectionId, companyId, mappingVersion: mapping.version, records: [record] });

    const done = await scene.replayed({ previewId: preview.id });
    expect(done).toMatchObject({ previewId: preview.id, items: 4, counts: { created: 2, updated: 0, kept: 2 } });
    const { body: after } = await scene.call('GET', `/queue/previews/${preview.id}`);
    const outcomes = Object.fromEntries(after.rows.map((row: any) => [row.itemId, row.why ?? row.outcome]));
    expect(outcomes[closed!.itemId]).toBe('The item was closed since the preview.');
    expect(outcomes[written!.itemId]).toBe('The row was changed since the preview.');
    expect(Object.values(outcomes).filter((outcome) => outcome === 'changed')).toHaveLength(2);
    expect((await scene.rows()).filter(({ body }) => body === 'By itself')).toHaveLength(1);
    expect(await scene.rows()).toHaveLength(3);

    const told = await writesOf(scene);
    expect((await scene.replayed({ previewId: preview.id })).id).toBe(done.id);
    expect(await writesOf(scene)).toBe(told);
  });

  it('of another version of the mapping, or one that has expired, changes nothing', async () => {
    const scene = await misfits(2);
    await scene.publish();
    const make = async () => (await scene.call('POST', `${scene.at}/previews`, { filter: {} })).body.id as string;
    const [stale, expired] = [await make(), await make()];
    const mapping = (await engine.app.mappings.current(scene.connectionId, 'message'))!;
    const fields = mapping.fields.map((field) => (field.target === 'body' ? { ...field, default: 'Empty' } : field));
    await engine.app.mappings.publish({ connectionId: scene.connectionId, mapping: { ...mapping, fields } }, { actor: 'test' });
    expect((await scene.replayed({ previewId: stale })).counts).toMatchObject({ kept: 2, created: 0 });
    expect(await scene.rows()).toEqual([]);
    expect(await scene.states()).toEqual(['pending', 'pending']);
    await write(engine.appDatabase, 'UPDATE integration_replay_previews SET expires_at = asked_at WHERE id = :expired', {
      expired,
    });
    const answer = await scene.call('POST', `${scene.at}/replays`, { previewId: expired });
    expect([answer.status, answer.body.error.message]).toEqual([409, expect.stringContaining('has expired')]);
  });
});

it('keeps no phone number, no token and no message body in any history or log line', async () => {
  engine.canaries.add('Broken twice').add(person);
  expect(await engine.leaks()).toEqual([]);
});
