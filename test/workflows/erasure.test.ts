/** Erasures as people ask for them: over HTTP, carried out by the real workers, seen from the provider's side as well. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { select } from '../../db/sql.ts';
import { driftPolicy } from '../../domain/drift.ts';
import { taskQueues, workflowIds } from '../../domain/workflow-ids.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { connectAhead, type Launched } from '../harness/scene.ts';
import { freshNumber } from '../harness/twilio-account.ts';
import { until } from '../harness/until.ts';

let engine: Engine;
let connections: Awaited<ReturnType<typeof connectAhead>>;
let platform: string;
beforeAll(async () => {
  engine = await startEngine();
  connections = await connectAhead(engine, 3, { messages: 20 });
  platform = (await engine.app.apiKeys.create({ companyId: null, role: 'platform_admin', label: 'test' }, { actor: 'test' })).key;
}, 180_000);
afterAll(() => engine.stop());

async function call(method: string, path: string, { key = platform, body }: { key?: string; body?: object } = {}) {
  const response = await fetch(`${engine.url}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as any };
}
const isDone = (erasureId: string) =>
  until(
    () => call('GET', `/erasures/${erasureId}`),
    ({ body }) => body.state === 'done',
    90_000,
  );
const keyOf = async (companyId: string) =>
  (await engine.app.apiKeys.create({ companyId, role: 'company_admin', label: 'admin' }, { actor: 'test' })).key;
/** Somebody whom the account has written to. */
async function customerOf({ connectionId }: Launched): Promise<string> {
  const { items } = await engine.app.records.messages({ connectionId, direction: 'outbound', limit: 1 });
  return items[0]!.toAddress!;
}
const holding = async (connectionId: string, phone: string) =>
  select(
    engine.appDatabase,
    'SELECT id FROM messages WHERE connection_id = :connectionId AND :phone IN (from_address, to_address)',
    { connectionId, phone },
  );

describe('An erasure', () => {
  it('of a person is asked for by an admin, carried out, and stays when the provider is read again', async () => {
    const launched = connections.next();
    const { companyId, connectionId } = launched;
    const key = await keyOf(companyId);
    const phone = await customerOf(launched);
    engine.canaries.add(phone);
    expect((await holding(connectionId, phone)).length).toBeGreaterThan(0);
    const asked = await call('POST', `/companies/${companyId}/erase-person`, { key, body: { phone, reason: 'Request 12' } });
    expect([asked.status, asked.body.kind, asked.body.workflow.id]).toEqual([202, 'person', `erase:${asked.body.id}`]);
    const { body: receipt } = await isDone(asked.body.id);
    expect(receipt.sentence).toMatch(/^Done: \d+ rows? deleted, \d+ rows? cleared/);
    expect(receipt.app.find(({ table }: { table: string }) => table === 'messages').changed).toBeGreaterThan(0);
    expect(JSON.stringify(receipt)).not.toContain(phone.slice(-7));
    expect(await holding(connectionId, phone)).toEqual([]);

    const { body } = await call('POST', `/connections/${connectionId}/sync`, { key, body: {} });
    for (const { runId } of body.runs)
      await until(
        () => call('GET', `/runs/${runId}`, { key }),
        (run) => run.body.outcome === 'succeeded',
      );
    expect(await holding(connectionId, phone)).toEqual([]);
    expect((await call('GET', `/companies/${companyId}/erasures`, { key })).body.items).toMatchObject([
      { id: asked.body.id, state: 'done', reason: 'Request 12' },
    ]);
    expect(await engine.leaks()).toEqual([]);
  }, 180_000);

  it('of a company is refused until it is disconnected, closes it, ends what is under way, and leaves a receipt', async () => {
    const { companyId, connectionId } = connections.next();
    const key = await keyOf(companyId);
    const erase = (name: string) => call('POST', `/companies/${companyId}/erase`, { body: { name, reason: 'Contract ended' } });
    const { body: company } = await call('GET', `/companies/${companyId}`);
    expect((await erase('Another')).body.error.issues[0]).toMatchObject({ path: 'name' });
    const early = await erase(company.name);
    expect([early.status, early.body.error.message]).toEqual([409, expect.stringContaining(`disconnect ${connectionId}`)]);
    expect((await call('POST', `/connections/${connectionId}/disconnect`, { body: { reason: 'Contract ended' } })).status).toBe(
      200,
    );
    const delivery = await engine.app.deliveries.create(
      {
        companyId,
        connectionId,
        templateId: null,
        variables: {},
        from: '+15550002222',
        to: freshNumber(),
        body: 'Hi',
        segments: 1,
      },
      { actor: 'test' },
    );
    const { policy } = await engine.app.connections.settings(connectionId);
    const message = { deliveryId: delivery.id, connectionId, companyId, providerKey: 'twilio', policy: policy.delivery };
    await engine.deps.temporal.startDelivery(message);

    const asked = await erase(company.name);
    expect(asked.status).toBe(202);
    expect((await call('GET', '/companies', { key })).status).toBe(401);
    const closed = await call('POST', `/companies/${companyId}/users`, {
      body: { name: 'A', email: 'a@example.com', role: 'viewer' },
    });
    expect([closed.status, closed.body.error.message]).toEqual([409, expect.stringContaining('nothing can be added')]);
    const { body: receipt } = await isDone(asked.body.id);
    expect(receipt.app.find(({ table }: { table: string }) => table === 'message_deliveries')).toMatchObject({ deleted: 1 });
    expect((await call('GET', `/companies/${companyId}`)).body).toMatchObject({ name: 'Erased company' });
    expect((await call('GET', `/connections/${connectionId}`)).status).toBe(404);
    const life = await engine.deps.temporal.lifeOf(workflowIds.message(delivery.id));
    expect(life).toBe('broken_off');
    expect((await erase('Erased company')).status).toBe(409);
  }, 180_000);

  it('that nobody works at is taken up by the next pass', async () => {
    const { companyId } = connections.next();
    const { id } = await engine.app.erasures.askPerson(
      { companyId, reason: 'Request 13', person: { email: 'gone@example.com' } },
      { actor: 'test' },
    );
    const pass = () =>
      engine.client.workflow.execute('reconcile', {
        workflowId: `${workflowIds.reconcile}-erasure`,
        taskQueue: taskQueues.lifecycle,
        args: [{ policy: { ...driftPolicy, settleMs: -60_000 } }],
      });
    expect(await pass()).toMatchObject({ repairs: { erasure_started: 1 } });
    await isDone(id);
  }, 180_000);
});
