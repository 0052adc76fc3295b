import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FieldMapping } from '../../domain/mapping.ts';
import { remapProgressQuery } from '../../workflows/messages.ts';
import { bring, commandsOf } from '../harness/connector.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { connect, type Launched } from '../harness/scene.ts';
import { until } from '../harness/until.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

async function scene(messages = 3) {
  const launched = await connect(engine, { messages, messageDays: 1 });
  const { connectionId, companyId, company } = launched;
  const label = { companyId, role: 'company_admin' as const, label: 'test', userId: company.admin.id };
  const { key } = await engine.app.apiKeys.create(label, { actor: 'test' });
  engine.canaries.add(key);
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${engine.url}/v1/connections/${connectionId}/mappings/message${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as any };
  };
  const change = async (edit: (fields: FieldMapping[]) => FieldMapping[]) => {
    const { version: _, ...current } = (await engine.app.mappings.current(connectionId, 'message'))!;
    const mapping = { ...current, fields: edit(current.fields) };
    return engine.app.mappings.publish({ connectionId, mapping }, { actor: 'test' });
  };
  const remapped = async () => {
    const { body } = await until(
      () => call('GET', '/remap'),
      (answer) => answer.body.remap?.finishedAt !== null && answer.body.remap !== null,
    );
    return body;
  };
  return { ...launched, ...commandsOf(engine, launched), call, change, remapped };
}
const editField = (target: string, edit: (field: FieldMapping) => FieldMapping) => (fields: FieldMapping[]) =>
  fields.map((field) => (field.target === target ? edit(field) : field));
const bodies = async ({ connectionId }: Launched) =>
  (await engine.app.records.messages({ connectionId, limit: 10 })).items.map(({ body }) => body);

describe('Mapping again', () => {
  it('makes the rows anew by the new version of what a sample keeps, and counts them', async () => {
    const at = await scene();
    const { object: _, version: __, ...mapping } = (await engine.app.mappings.current(at.connectionId, 'message'))!;
    await at.call('POST', '/draft', { revision: null, mapping });
    expect((await at.call('POST', '/draft/preview', { sample: 'fetched' })).body.records).toHaveLength(3);
    await at.change(editField('body', (field) => ({ ...field, transform: { kind: 'text', case: 'upper' } })));
    const before = await at.call('GET', '/remap');
    expect(before.body).toMatchObject({ remap: null, currentVersion: 2, standing: [{ version: 1, rows: 3 }] });
    expect(before.body.sentence).toContain('3 rows were made by versions before 2');

    const asked = await at.call('POST', '/remap', { fromVersion: 1 });
    expect([asked.status, asked.body.fromVersion, asked.body.toVersion]).toEqual([202, 1, 2]);
    const after = await at.remapped();
    expect(after).toMatchObject({
      remap: { outcome: 'succeeded', counts: { replayed: 3, updated: 3, failed: 0, gone: 0 } },
      standing: [{ version: 2, rows: 3 }],
      sentence: null,
    });
    expect(after.remap.sentence).toBe('3 raw records were mapped again: 3 updated.');
    for (const body of await bodies(at)) expect(body).toBe(body!.toUpperCase());
    const handle = engine.client.workflow.getHandle(asked.body.workflow.id);
    expect(await handle.query(remapProgressQuery)).toMatchObject({ replayed: 3, updated: 3 });
  });

  it('applies records that fitted no version before, and settles what waited in the error queue for them', async () => {
    const at = await scene(0);
    await at.change(editField('status', (field) => ({ ...field, transform: { kind: 'enum', values: { nothing: 'sent' } } })));
    await engine.sandbox.control('twilio', 'createAccount', {
      sid: at.account.accountSid,
      authToken: at.account.authToken,
      messages: 2,
      messageDays: 1,
    });
    await at.syncNow('messages');
    const queue = () => engine.app.errorQueue.list({ companyId: at.companyId, limit: 10 });
    await until(queue, ({ items }) => items.filter(({ state }) => state !== 'resolved').length === 2);
    await at.idle();
    const { twilio } = await import('../../providers/twilio/index.ts');
    await engine.app.mappings.publish(
      { connectionId: at.connectionId, mapping: twilio.streams['messages']!.mapping },
      { actor: 'test' },
    );
    await at.call('POST', '/remap', { fromVersion: 1 });
    expect((await at.remapped()).remap.counts).toMatchObject({ replayed: 2, created: 2, failed: 0 });
    await until(queue, ({ items }) => items.every(({ state }) => state === 'resolved'));
  });

  it('ends with a sentence when another version is published meanwhile, and is free for the next', async () => {
    const at = await scene();
    await at.change(editField('body', (field) => ({ ...field, transform: { kind: 'text', case: 'upper' } })));
    const { connectionId } = at;
    const stale = await engine.app.remaps.ask(
      { connectionId, object: 'message', fromVersion: 1, toVersion: 1 },
      { actor: 'test' },
    );
    const asked = await at.call('POST', '/remap', { fromVersion: 1 });
    expect(asked.body.id).toBe(stale.id);
    const ended = await at.remapped();
    expect(ended.remap).toMatchObject({
      outcome: 'failed',
      sentence: expect.stringContaining('Another version of the mapping was published'),
    });
    expect((await at.call('POST', '/remap', { fromVersion: 1 })).body.id).not.toBe(stale.id);
  });

  it('is refused for a version that there is not, and for a connection that is gone', async () => {
    const at = await scene();
    const tooHigh = await at.call('POST', '/remap', { fromVersion: 2 });
    expect([tooHigh.status, tooHigh.body.error.issues[0].message]).toEqual([400, 'Must be at most 1, the version in force.']);
    await at.idle();
    await at.disconnect();
    expect((await at.call('POST', '/remap', { fromVersion: 1 })).status).toBe(409);
    expect((await at.call('POST', '/resync')).status).toBe(409);
  });

  it('of what is kept nowhere is a full re-sync: everything is read again, and stands at the new version', async () => {
    const at = await scene();
    await at.change(editField('body', (field) => ({ ...field, transform: { kind: 'text', case: 'upper' } })));
    await at.idle();
    const resync = await at.call('POST', '/resync');
    expect([resync.status, resync.body.verdict]).toEqual([200, 'accepted']);
    await until(
      () => at.call('GET', '/remap'),
      ({ body }) => body.sentence === null,
    );
    for (const body of await bodies(at)) expect(body).toBe(body!.toUpperCase());
    await at.idle();
    await bring(engine, at, 'paused');
    expect((await at.call('POST', '/resync')).status).toBe(409);
    expect((await at.call('POST', '/remap', { fromVersion: 1 })).status).toBe(202);
  });
});
