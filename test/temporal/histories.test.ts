/** What Temporal stores of a company's work, and how people with the right to see it do. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type Connection } from '@temporalio/client';
import { JSONToPayload, payloadToJSON, type JSONPayload } from '@temporalio/common/lib/proto-utils.js';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { drainStart, workflowIds } from '../../domain/workflow-ids.ts';
import { isSealed } from '../../temporal/payload-codec.ts';
import { commandsOf } from '../harness/connector.ts';
import { send } from '../harness/delivery.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { connect, type Launched } from '../harness/scene.ts';

let engine: Engine;
let launched: Launched;
let platform: string;
const by = { actor: 'test' };
beforeAll(async () => {
  engine = await startEngine();
  launched = await connect(engine);
  const commands = commandsOf(engine, launched);
  await engine.sandbox.control('twilio', 'fault', { kind: 'status500', times: 1 });
  await commands.syncNow('messages');
  await commands.idle();
  await commands.tellFailedRun('permission_missing');
  await commands.reaches('degraded');
  await (await send(engine, launched)).ends();
  platform = (await engine.app.apiKeys.create({ companyId: null, role: 'platform_admin', label: 'test' }, by)).key;
}, 120_000);
afterAll(() => engine.stop());

/** Every payload below `value`, with the way to it. */
function payloadsIn(value: unknown, path: string[] = []): { path: string; payload: Payload }[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
  if ('metadata' in value && 'data' in value && (value as Payload).metadata?.['encoding'])
    return [{ path: path.join('.'), payload: value as Payload }];
  return Object.entries(value).flatMap(([name, inner]) => payloadsIn(inner, [...path, name]));
}

interface RawFailure {
  message?: string;
  stackTrace?: string;
}
function failuresIn(value: unknown): RawFailure[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
  const inner = Object.values(value).flatMap(failuresIn);
  return 'stackTrace' in value ? [value as RawFailure, ...inner] : inner;
}

/** Temporal searches the first, and the SDK's core keeps a local activity's name and number in the second. */
const readable = /searchAttributes|markerRecordedEventAttributes\.details\.(data|patch-data)\./;

describe('A history', () => {
  it('holds no payload in the open, in no workflow, but what Temporal itself must read', async () => {
    const types = new Set<string>();
    let [sealed, failures] = [0, 0];
    for await (const { workflowId, runId, type, raw } of engine.client.workflow.list()) {
      const history = await engine.client.workflow.getHandle(workflowId, runId).fetchHistory();
      for (const { path, payload } of payloadsIn({ history, memo: raw.memo })) {
        if (isSealed(payload)) sealed += 1;
        else expect([type, path]).toEqual([type, expect.stringMatching(readable)]);
      }
      for (const failure of failuresIn(history)) {
        expect(failure).toMatchObject({ message: 'Encoded failure', stackTrace: '' });
        failures += 1;
      }
      types.add(type);
    }
    expect([...types]).toEqual(expect.arrayContaining(['onboarding', 'connector', 'syncRun', 'deliverMessage', 'escalation']));
    expect(sealed).toBeGreaterThan(50);
    expect(failures).toBeGreaterThan(0);
  });

  it('begun by an older release, in the open, goes on', async () => {
    const old = new Client({ connection: engine.client.connection, namespace: engine.client.options.namespace });
    const { connectionId, companyId, providerKey } = launched;
    const handle = await old.workflow.start('drainEvents', {
      ...drainStart({ connectionId, companyId, providerKey }),
      workflowId: 'old',
    });
    await engine.client.workflow.getHandle('old').result();
    const first = (await handle.fetchHistory()).events![0]!.workflowExecutionStartedEventAttributes!.input!.payloads![0]!;
    expect(isSealed(first)).toBe(false);
  });
});

describe('POST /v1/temporal/codec/decode', () => {
  const decode = (payloads: JSONPayload[], key: string | undefined, headers: Record<string, string> = {}) =>
    fetch(`${engine.url}/v1/temporal/codec/decode`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }), ...headers },
      body: JSON.stringify({ payloads }),
    });
  const sealed = async (value: unknown) =>
    payloadToJSON((await engine.codec.encode([defaultPayloadConverter.toPayload(value)]))[0]!);
  const chain = () => engine.app.audit.list({ companyId: null, limit: 1 });

  it('opens payloads as the Temporal UI asks, for its origin, and writes down who asked', async () => {
    const origin = 'http://127.0.0.1:8233';
    const asked = { origin, 'x-namespace': 'default' };
    const preflight = await fetch(`${engine.url}/v1/temporal/codec/decode`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,x-namespace',
      },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
    expect(preflight.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('x-namespace');

    const untouched = payloadToJSON(defaultPayloadConverter.toPayload('plain'));
    const answer = await decode([await sealed({ secret: 1 }), untouched], platform, asked);
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
    const { payloads } = (await answer.json()) as { payloads: JSONPayload[] };
    expect(payloads.map((payload) => defaultPayloadConverter.fromPayload(JSONToPayload(payload)))).toEqual([
      { secret: 1 },
      'plain',
    ]);
    expect((await chain()).items[0]).toMatchObject({ action: 'temporal.decode', outcome: 'done', detail: { payloads: 2 } });
  });

  it('is for the platform’s admins alone', async () => {
    const { companyId } = launched;
    expect((await decode([await sealed(1)], undefined)).status).toBe(401);
    for (const role of ['company_admin', 'operator', 'viewer', 'client'] as const) {
      const { key } = await engine.app.apiKeys.create({ companyId, role, label: role }, by);
      expect((await decode([await sealed(1)], key)).status).toBe(403);
    }
  });

  it('names the payload that does not open', async () => {
    const good = await sealed(1);
    const broken = { ...good, data: Buffer.from('broken and long enough for a nonce').toString('base64') };
    const answer = await decode([good, broken], platform);
    expect([answer.status, ((await answer.json()) as { error: { issues: { path: string }[] } }).error.issues[0]!.path]).toEqual([
      400,
      'payloads.1',
    ]);
  });

  it('serves Temporal’s own command-line program', async () => {
    const { address } = (engine.client.connection as Connection).options;
    const args = `workflow show --workflow-id ${workflowIds.connector(launched.connectionId)} --output json --address ${address}`;
    const codec = ['--codec-endpoint', `${engine.url}/v1/temporal/codec`, '--codec-auth', `Bearer ${platform}`];
    const { stdout } = await promisify(execFile)(process.env.LINKWRIGHT_TEST_TEMPORAL_CLI!, [...args.split(' '), ...codec]);
    const [{ workflowExecutionStartedEventAttributes: started }] = JSON.parse(stdout).events;
    expect(defaultPayloadConverter.fromPayload(JSONToPayload(started.input.payloads[0]))).toMatchObject({
      companyId: launched.companyId,
    });
  });
});
