/**
 * `npm run histories:capture`, beside a running `npm start`: tells the demonstration's story, lets a Schedule drift and be repaired,
 * replaces the data keys and puts them back, previews a mapping and maps again, previews failed work and replays it, lets a second connection
 * lose its credentials, lets people step in for it and for a message, and gives it new ones, disconnects both at the
 * end, erases a person and a company, and keeps the history of every workflow that took part, opened, for the replay test. A history that is there already stays as
 * it is.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { reportStart, searchAttributes, workflowIds } from '../domain/workflow-ids.ts';
import { twilio } from '../providers/twilio/index.ts';
import { openHistory } from '../temporal/open-history.ts';
import { credentialsLostSignal } from '../workflows/messages.ts';
import { apiClient, until } from './demo/client.ts';
import { onboard } from './demo/onboarding.ts';
import { setScene } from './demo/scene.ts';
import { tellStory } from './demo/story.ts';
import { decodeOverHttp } from './decode-over-http.ts';
import { readDevelopment } from './development.ts';
import packageJson from '../package.json' with { type: 'json' };

const folder = new URL('../test/replay/histories/', import.meta.url);
const repository = fileURLToPath(new URL('..', import.meta.url));
mkdirSync(folder, { recursive: true });

const development = await readDevelopment();
const stage = { ...development, say: (chapter: string) => console.log(`told: ${chapter}`) };
const { connectionId } = await tellStory(stage);
const losing = await setScene(stage);
const losingId = await onboard(losing);
const connection = await Connection.connect({ address: development.temporalAddress });
const client = new Client({ connection });
const ofConnection = (id: string) => `${searchAttributes.connection.name} = "${id}"`;
const query = `(${ofConnection(connectionId)} OR ${ofConnection(losingId)})`;

for await (const { scheduleId } of client.schedule.list({ query: ofConnection(connectionId) }))
  await client.schedule.getHandle(scheduleId).delete();
await client.schedule.getHandle(workflowIds.reconcile).trigger();
const passes = `WorkflowType = "reconcile"`;
await until(
  'a pass has repaired the Schedules',
  async () => (await client.workflow.count(`${passes} AND ExecutionStatus = "Completed"`)).count,
  (completed) => completed > 0,
);

await client.schedule.getHandle(workflowIds.reports).trigger();
const reportsRun = `WorkflowType IN ("openReports", "report")`;
const week = { companyId: losing.companyId, kind: 'week' as const, periodKey: '2026-W47', day: '2026-11-16' };
await client.workflow.execute('report', reportStart(week));
await until(
  'reports were looked for',
  async () => (await client.workflow.count(`WorkflowType = "openReports" AND ExecutionStatus = "Completed"`)).count,
  (completed) => completed > 0,
);

const api = apiClient(development.apiUrl, development.adminKey);
await api.call('POST', '/key-rotation', { kind: 'data' });
const rotationReaches = (phase: string) =>
  until(
    `the rotation of keys is ${phase}`,
    () => api.call<{ rotation: { phase: string } | null }>('GET', '/key-rotation'),
    ({ rotation }) => rotation?.phase === phase,
  );
await rotationReaches('rotated');
await api.call('POST', '/key-rotation/reverse');
await rotationReaches('reversed');

// As an activity tells it that finds a consent gone.
const reason = 'The provider no longer accepts the access that was given: reauthorize the connection.';
await client.workflow.getHandle(workflowIds.connector(losingId)).signal(credentialsLostSignal, { reason });
const losingIs = (state: string, openIncidents: number) =>
  until(
    `the second connection is ${state} with ${openIncidents} open incidents`,
    async () => ({
      connection: await api.call<{ state: string }>('GET', `/connections/${losingId}`),
      open: await api.call<{ items: unknown[] }>(
        'GET',
        `/companies/${losing.companyId}/escalations?connectionId=${losingId}&open=true`,
      ),
    }),
    ({ connection: seen, open }) => seen.state === state && open.items.length === openIncidents,
  );
await losingIs('needs_reauthorization', 1);

// People step in: values by hand of two metrics, of which one and then the other is handed back.
const [today, monthAgo] = [0, 30].map((days) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10));
const byHand = `/connections/${losingId}/manual-values`;
await api.call('POST', byHand, {
  values: [
    { metricKey: 'messages_delivered', value: '700' },
    { metricKey: 'messages_received', value: '90' },
  ],
  periodStart: monthAgo,
  periodEnd: today,
  reason: 'Counted from the front desk’s own list.',
});
await losingIs('manual_fallback', 1);
await api.call('POST', `${byHand}/hand-back`, { metricKeys: ['messages_received'] });
await api.call('POST', `${byHand}/hand-back`, {});
await losingIs('needs_reauthorization', 1);
const { accountSid, authToken } = losing;
await api.call('POST', `/connections/${losingId}/reauthorize`, {
  credentials: { kind: 'basic', values: { accountSid, authToken } },
});
await losingIs('active', 0);

// A message reaches nobody, and a person phones.
await losing.twilio('setCallbacks', { accountSid, plan: [{ status: 'undelivered', delayMs: 50, errorCode: 30_003 }] });
const template = await api.call<{ id: string }>('POST', `/companies/${losing.companyId}/templates`, {
  name: `Phoned ${losingId.slice(-6)}`,
  body: 'We come tomorrow.',
  variables: [],
});
const unheard = await api.call<{ id: string }>('POST', `/companies/${losing.companyId}/messages`, {
  connectionId: losingId,
  templateId: template.id,
  to: losing.customer,
});
await until(
  'the message has reached nobody, and waits for what a person does',
  () => api.call<{ status: string; options: unknown[] }>('GET', `/messages/${unheard.id}`),
  ({ status, options }) => status === 'undelivered' && options.length > 0,
);
await until(
  'the workflow of the message hears of it',
  // Refused in the moment before it waits.
  () =>
    api
      .call<{ fallbackId?: string }>('POST', `/messages/${unheard.id}/fall-back`, { how: 'phoned', words: 'She knows.' })
      .catch((): { fallbackId?: string } => ({})),
  ({ fallbackId }) => fallbackId !== undefined,
);

const { object, ...mapping } = twilio.streams['messages']!.mapping;
const draftPath = `/connections/${connectionId}/mappings/${object}/draft`;
await api.call('POST', draftPath, { revision: null, mapping });
await api.call('POST', `${draftPath}/preview`, { sample: 'fetched' });
await api.call('POST', `/connections/${connectionId}/mappings/${object}/remap`, { fromVersion: 1 });

const queue = `/connections/${connectionId}/queue`;
const { id: previewId } = await api.call<{ id: string }>('POST', `${queue}/previews`, { filter: {} });
await api.call('POST', `${queue}/replays`, { previewId });

for (const id of [connectionId, losingId])
  await api.call('POST', `/connections/${id}/disconnect`, { reason: 'The story is told.' });
await until(
  'every workflow of the story has ended',
  async () => (await client.workflow.count(`${query} AND ExecutionStatus = "Running"`)).count,
  (running) => running === 0,
);

const name = 'Gone tomorrow';
const leaving = await api.call<{ id: string }>('POST', '/companies', { name, timeZone: 'UTC' });
for (const [companyId, path, subject] of [
  [losing.companyId, 'erase-person', { email: 'somebody@example.com' }],
  [leaving.id, 'erase', { name }],
] as const) {
  const body = { ...subject, reason: 'The story is told.' };
  const { id } = await api.call<{ id: string }>('POST', `/companies/${companyId}/${path}`, body);
  await until(
    'the erasure is done',
    () => api.call<{ state: string }>('GET', `/erasures/${id}`),
    ({ state }) => state === 'done',
  );
}

for await (const { workflowId, runId, type } of client.workflow.list({
  query: `${query} OR (WorkflowType = "pushRecords" AND ExecutionStatus = "Completed") OR (${passes} AND ExecutionStatus = "Completed") OR (${reportsRun} AND ExecutionStatus = "Completed") OR (WorkflowType IN ("rotateKeys", "erase") AND ExecutionStatus = "Completed")`,
})) {
  const sealed = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const history = await openHistory(sealed, decodeOverHttp(api));
  // One for each shape: another run through the same events would prove nothing more.
  const shape = createHash('sha256')
    .update((history.events ?? []).map(({ eventType }) => eventType).join())
    .digest('hex')
    .slice(0, 8);
  const file = new URL(`${type}.${packageJson.version}.${shape}.json`, folder);
  if (existsSync(file)) continue;
  // Stacks in failures name the folder that the repository happens to stand in.
  writeFileSync(file, `${historyToJSON(history).replaceAll(repository, '')}\n`);
  console.log(`captured: ${file.pathname}`);
}
await connection.close();
