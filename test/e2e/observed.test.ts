/** What is seen of the engine from outside, on real processes: metrics, log lines and traces of one small story. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { randomBytes } from 'node:crypto';
import { Worker } from '@temporalio/worker';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiClient } from '../../scripts/demo/client.ts';
import { keyStore } from '../../db/app/stores/data-keys.ts';
import { openDatabase } from '../../db/database.ts';
import { openKeyring } from '../../keys/keyring.ts';
import { localMasterKey } from '../../keys/local-master-key.ts';
import { dataConverter } from '../../temporal/data-converter.ts';
import { workflowIds } from '../../domain/workflow-ids.ts';
import { signForm } from '../api/twilio-signature.ts';
import { startOtlpReceiver, type SeenSpan } from '../harness/otlp-receiver.ts';
import { breakTwilio, connect, type Launched } from '../harness/scene.ts';
import { readExposition, readPromql } from '../harness/promql.ts';
import { startStack, type Stack } from '../harness/stack.ts';
import { freshNumber } from '../harness/twilio-account.ts';
import { until } from '../harness/until.ts';
import { workflowBundle } from '../harness/workflow-bundle.ts';

const root = resolve(import.meta.dirname, '../..');
const { takePort } = (await import(`${root}/scripts/setup/ports.mjs`)) as { takePort(name: string): Promise<number> };

let stack: Stack;
let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
let at: Launched;
let workersUrl: string;
/** Of two webhooks that were sent with a `traceparent`, one of them twice. */
const sent = [1, 2].map(() => ({ traceId: randomBytes(16).toString('hex'), sid: `SM${randomBytes(16).toString('hex')}` }));
let runs: { runId: string }[];

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  const port = await takePort('The workers’ metrics');
  workersUrl = `http://127.0.0.1:${port}`;
  stack = await startStack({
    env: {
      WORKER_METRICS_PORT: String(port),
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=linkwright%20test',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    },
  });
  at = await connect(stack, { messages: 5 });
  const key = await stack.app.apiKeys.create(
    { companyId: at.companyId, role: 'company_admin', label: 'test' },
    { actor: 'test' },
  );
  const api = apiClient(stack.url, key.key);
  for (const webhook of [...sent, sent[0]!]) await post(webhook);
  await until(
    () => stack.traffic.events.countWaiting(at.connectionId),
    (waiting) => waiting === 0,
  );
  ({ runs } = await api.call('POST', `/connections/${at.connectionId}/sync`, { stream: 'messages' }));
  await runEnds(runs[0]!.runId);
  await breakTwilio(stack, at, '/Messages.json', { kind: 'status500', times: 1 });
  const { runs: broken } = await api.call('POST', `/connections/${at.connectionId}/sync`, { stream: 'messages' });
  await runEnds((broken as typeof runs)[0]!.runId);
  // Nobody's worker knows it: the task fails, which Temporal's metrics tell.
  await stack.client.workflow.start('unknown', { taskQueue: 'sync', workflowId: 'unknown' });
}, 180_000);
afterAll(async () => {
  await stack?.stop();
  await receiver?.close();
});

async function post({ traceId, sid }: (typeof sent)[number]): Promise<void> {
  const url = `${stack.url}/webhooks/twilio/${at.connectionId}`;
  const form = { MessageSid: sid, From: freshNumber(), To: at.account.number, Body: 'canary-body', SmsStatus: 'received' };
  stack.canaries.add('canary-body').add(form.From);
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signForm(at.account.authToken, url, form),
      traceparent: `00-${traceId}-${'1'.repeat(16)}-01`,
    },
    body: new URLSearchParams(form),
  });
  expect(answer.status).toBe(200);
}

const runEnds = (runId: string) =>
  until(
    () => stack.app.runs.find(runId),
    (run) => typeof run?.outcome === 'string',
  );
const textOf = async (url: string) => (await fetch(url)).text();
const linesOf = (service: 'api' | 'workers') =>
  stack[service].lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, any>);

describe('A trace', () => {
  const spans = (isAwaited: (all: readonly SeenSpan[]) => boolean) => until(() => receiver.spans, isAwaited, 15_000);
  const drains = (all: readonly SeenSpan[]) => all.filter(({ name }) => name === 'RunActivity:drainStoredEvents');
  const childrenOf = ({ spanId }: SeenSpan) => receiver.spans.filter(({ parentSpanId }) => parentSpanId === spanId);
  const parentOf = ({ parentSpanId }: SeenSpan) => receiver.spans.find(({ spanId }) => spanId === parentSpanId);

  it('leads from each webhook by a link to the drain that applied it, its workflow, and the card', async () => {
    const linked = (all: readonly SeenSpan[]) => drains(all).flatMap(({ links }) => links.map(({ traceId }) => traceId));
    await spans((all) => sent.every(({ traceId }) => linked(all).includes(traceId)));
    for (const { traceId } of sent) {
      const [webhook] = receiver.spans.filter((span) => span.traceId === traceId);
      expect(webhook).toMatchObject({
        service: 'linkwright-api',
        name: 'POST /webhooks/:provider/:connectionId',
        parentSpanId: '1'.repeat(16),
      });
      const drain = drains(receiver.spans).find(({ links }) => links.some(({ spanId }) => spanId === webhook!.spanId))!;
      expect(drain).toMatchObject({
        service: 'linkwright-workers',
        attributes: { temporalWorkflowId: workflowIds.events(at.connectionId) },
      });
      const steps = childrenOf(drain).map(({ name }) => name);
      expect(steps).toEqual(
        expect.arrayContaining(['events: read', 'events: apply', 'card: bring up to date', 'events: mark applied']),
      );
      const way = [drain];
      for (let next = parentOf(drain); next; next = parentOf(next)) way.push(next);
      // Behind that, what woke it: the webhook's own wake-up, or the launch of the connection a moment before.
      expect(way.map(({ name }) => name).slice(0, 4)).toEqual([
        'RunActivity:drainStoredEvents',
        'StartActivity:drainStoredEvents',
        'RunWorkflow:drainEvents',
        'SignalWithStartWorkflow:drainEvents',
      ]);
    }
  });

  it('leads from a command of the API through the workflow and its activity', async () => {
    await spans((all) => all.some(({ name }) => name === 'RunActivity:requestRuns'));
    const activity = receiver.spans.find(({ name }) => name === 'RunActivity:requestRuns')!;
    const way = [activity];
    for (let next = parentOf(activity); next; next = parentOf(next)) way.push(next);
    expect(way.at(-1)).toMatchObject({ service: 'linkwright-api', name: 'POST /v1/connections/:connectionId/sync' });
    expect(way.map(({ name }) => name)).toEqual(expect.arrayContaining(['HandleUpdate:syncNow', 'StartActivity:requestRuns']));
  });

  it('has the calls of the provider and the rows of a page in the activity that made them', async () => {
    await spans((all) => all.some(({ name }) => name === 'page: save'));
    const save = receiver.spans.find(({ name }) => name === 'page: save')!;
    const pull = parentOf(save)!;
    expect(pull.name).toBe('RunActivity:pullPages');
    const call = childrenOf(pull).find(({ name }) => name === 'GET twilio');
    expect(call?.attributes).toMatchObject({ 'linkwright.provider': 'twilio', 'http.response.status_code': 200 });
  });

  it('holds ids of ours and nothing else of what it was about', async () => {
    await spans((all) => all.some(({ status }) => status.code === 2));
    const text = JSON.stringify(receiver.spans);
    const secrets = [...stack.canaries, ...Object.values(stack.secrets), at.account.accountSid, at.account.number, sent[0]!.sid];
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    expect(
      receiver.spans.filter(
        ({ status, events }) => status.message || events.some(({ attributes }) => 'exception.message' in attributes),
      ),
    ).toEqual([]);
    expect(receiver.headers[0]).toMatchObject({ path: '/v1/traces', 'x-tenant': 'linkwright test' });
  });

  it('leaves histories that a worker without traces goes on with', async () => {
    const database = openDatabase(stack.databases.app, { poolMax: 2 });
    const keyring = await openKeyring({ store: keyStore(database), masterKeys: [localMasterKey(stack.masterKey)] });
    const options = { workflowBundle: await workflowBundle(), dataConverter: dataConverter(keyring) };
    const { workflowId } = (await stack.app.runs.find(runs[0]!.runId))!;
    const ids = [
      workflowIds.events(at.connectionId),
      workflowIds.connector(at.connectionId),
      workflowIds.onboarding(at.connectionId),
      workflowId,
    ];
    let headers = 0;
    for (const id of ids) {
      const history = await stack.client.workflow.getHandle(id).fetchHistory();
      headers += JSON.stringify(history).split('_tracer-data').length - 1;
      await Worker.runReplayHistory(options, history, id);
    }
    expect(headers).toBeGreaterThan(ids.length);
    await database.close();
  });
});

describe('Log lines', () => {
  it('are one for each webhook, in the API, with the trace that it was part of', () => {
    const lines = linesOf('api').filter(({ event }) => event === 'webhook');
    expect(lines.map(({ traceId, outcome }) => [traceId, outcome])).toEqual(
      [...sent, sent[0]!].map(({ traceId }) => [traceId, 'stored']),
    );
  });

  it('are one for each run, and one for a page that failed, in the workers', async () => {
    const failed = await until(
      () => linesOf('workers').filter(({ event }) => event === 'page'),
      (lines) => lines.length > 0,
    );
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatchObject({
      outcome: 'failed',
      code: 'provider_unavailable',
      connectionId: at.connectionId,
      attempt: 1,
    });
    const ended = linesOf('workers').filter(({ event, runId }) => event === 'run' && runId === runs[0]!.runId);
    expect(ended).toMatchObject([
      { outcome: 'succeeded', providerKey: 'twilio', companyId: at.companyId, durationMs: expect.any(Number) },
    ]);
  });

  it('count the events of all drains once', () => {
    const lines = linesOf('workers').filter(({ event }) => event === 'drain');
    expect(lines.reduce((sum, { counts }) => sum + counts.applied, 0)).toBe(sent.length);
    for (const { lagMs } of lines) expect(lagMs).toBeLessThan(60_000);
  });
});

describe('A message', () => {
  it('is followed by its id and its trace through the lines of API and workers, which tell nobody’s name, number or words', async () => {
    const traceId = randomBytes(16).toString('hex');
    const personal = { name: 'Adaline Canary-Quimby', words: 'canary-appointment', to: freshNumber(), from: at.account.number };
    const { key } = await stack.app.apiKeys.create(
      { companyId: at.companyId, role: 'company_admin', label: 'test' },
      { actor: 'test' },
    );
    const api = apiClient(stack.url, key);
    const template = await api.call<{ id: string }>('POST', `/companies/${at.companyId}/templates`, {
      name: 'Appointment',
      body: `Hello {{name}}, your ${personal.words} is tomorrow.`,
      variables: ['name'],
    });
    const asked = await fetch(`${stack.url}/v1/companies/${at.companyId}/messages`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        traceparent: `00-${traceId}-${'2'.repeat(16)}-01`,
      },
      body: JSON.stringify({
        connectionId: at.connectionId,
        templateId: template.id,
        to: personal.to,
        variables: { name: personal.name },
      }),
    });
    expect(asked.status).toBe(202);
    const { id: deliveryId } = (await asked.json()) as { id: string };
    await until(
      () => api.call<{ status: string }>('GET', `/messages/${deliveryId}`),
      ({ status }) => status === 'delivered',
    );

    const outcomes = await until(
      () => linesOf('workers').filter((line) => line['event'] === 'delivery' && line['deliveryId'] === deliveryId),
      (lines) => lines.some(({ outcome }) => outcome === 'delivered'),
    );
    expect(outcomes[0]).toMatchObject({ traceId, companyId: at.companyId, connectionId: at.connectionId });
    expect(linesOf('api').filter((line) => line['traceId'] === traceId)).toMatchObject([
      { event: 'request', route: '/v1/companies/:companyId/messages', res: { status: 202 } },
    ]);
    const text = [...stack.api.lines, ...stack.workers.lines].join('\n');
    const digits = [personal.to, personal.from].map((number) => number.slice(1));
    expect([personal.name, personal.words, ...digits].filter((value) => text.includes(value))).toEqual([]);
  });
});

describe('The workers’ probes', () => {
  it('say at /health which queues are polled, and nothing anywhere else', async () => {
    const queues = { lifecycle: true, sync: true, events: true, messages: true };
    expect(JSON.parse(await textOf(`${workersUrl}/health`))).toEqual({ status: 'polling', queues });
    expect((await fetch(`${workersUrl}/v1/companies`)).status).toBe(404);
  });
});

describe('Alerts and dashboard', () => {
  interface Asked {
    where: string;
    expr: string;
    says: string;
  }
  const read = (path: string) => readFileSync(resolve(root, 'ops', path), 'utf8');
  const alerts = (
    parse(read('prometheus/alerts.yml')) as {
      groups: { rules: { alert: string; expr: string; annotations: { summary: string; description: string } }[] }[];
    }
  ).groups.flatMap(({ rules }) => rules);
  const { panels } = JSON.parse(read('grafana/linkwright.json')) as { panels: { title: string; targets?: { expr: string }[] }[] };
  const asked: Asked[] = [
    ...alerts.map(({ alert, expr, annotations }) => ({ where: alert, expr, says: annotations.description })),
    ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ where: title, expr, says: title }))),
  ].map((each) => ({ ...each, expr: each.expr.replaceAll('$__rate_interval', '5m') }));

  /** What the processes really expose, when the failed workflow task has been counted too. */
  let exposition: string;
  let exposed: Map<string, Set<string>>;
  beforeAll(async () => {
    exposition = await until(
      async () => `${await textOf(`${stack.url}/metrics`)}\n${await textOf(`${workersUrl}/metrics`)}`,
      (all) => all.includes('temporal_workflow_task_execution_failed_total'),
    );
    exposed = readExposition(exposition);
  });

  /** What is wrong with an expression, in words; empty when it can be answered. */
  function faultsOf(expr: string): string[] {
    const { metrics, faults } = readPromql(expr);
    const unknown = [...metrics].flatMap(([metric, labels]) => {
      const known = exposed.get(metric);
      if (!known) return [`nothing exposes ${metric}`];
      return [...labels].filter((label) => !known.has(label)).map((label) => `${metric} has no label ${label}`);
    });
    return [...faults, ...unknown, ...(metrics.size === 0 ? ['names no metric'] : [])];
  }

  it.each(asked)('$where asks only for what there is', ({ expr }) => {
    expect(faultsOf(expr)).toEqual([]);
  });

  it('would be refused with a name, a label or a bracket that is wrong', () => {
    expect(faultsOf('max(linkwright_connections_old) > 0')).toEqual(['nothing exposes linkwright_connections_old']);
    expect(faultsOf('sum by (company) (rate(linkwright_runs_total{result="x"}[5m]))')).toEqual([
      'linkwright_runs_total has no label result',
      'linkwright_runs_total has no label company',
    ]);
    expect(faultsOf('sum(rate(linkwright_runs_total[5m])')).toHaveLength(1);
    expect(faultsOf('1 > 0')).toEqual(['names no metric']);
  });

  it.each(alerts)('$alert says in sentences what it means and what to do', ({ annotations: { summary, description } }) => {
    expect(summary.length).toBeGreaterThan(20);
    expect(description.length).toBeGreaterThan(60);
    expect(description).toMatch(/\b(look|start|stop|give|tell|ask|correct|acknowledge|bring)\b.*\.$/is);
  });

  it('know each metric of ours that docs/observability.md tells of, and the other way round', () => {
    const told = new Set(readFileSync(resolve(root, 'docs/observability.md'), 'utf8').match(/linkwright_[a-z_]+[a-z]/g));
    const declared = new Set([...exposition.matchAll(/^# HELP (linkwright_\w+) /gm)].map(([, name]) => name!));
    const own = [...declared].filter((name) => !/^linkwright_(process|nodejs)_/.test(name));
    expect(own.filter((name) => !told.has(name))).toEqual([]);
    expect([...told].filter((name) => !declared.has(name) && !/^linkwright_(process|nodejs)/.test(name))).toEqual([]);
  });
});
