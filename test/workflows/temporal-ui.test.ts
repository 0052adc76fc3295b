/** What ops see in the Temporal UI, read from Temporal itself: search attributes, summaries and current details. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { openHistory } from '../../temporal/open-history.ts';
import { stateWords } from '../../domain/connection-state.ts';
import { searchAttributes, workflowIds } from '../../domain/workflow-ids.ts';
import { apiClient } from '../../scripts/demo/client.ts';
import { commandsOf } from '../harness/connector.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { freshNumber } from '../harness/twilio-account.ts';
import { connect, type Launched } from '../harness/scene.ts';
import { until } from '../harness/until.ts';

let engine: Engine;
let launched: Launched;
let incidentId: string;
let deliveryId: string;
let ids: Record<string, string>;

beforeAll(async () => {
  engine = await startEngine();
  launched = await connect(engine);
  const { connectionId, companyId } = launched;
  const commands = commandsOf(engine, launched);
  const synced = await commands.syncNow('usage');
  if (synced.verdict !== 'accepted') throw new Error('The sync must be accepted.');
  await commands.idle();
  const { key } = await engine.app.apiKeys.create({ companyId, role: 'company_admin', label: 'test' }, { actor: 'test' });
  const api = apiClient(engine.url, key);
  const audit = { actor: 'test' };
  const template = await engine.app.templates.create(
    { companyId, name: 'Hello', channel: 'sms', body: 'Hello', variables: [] },
    audit,
  );
  const message = { connectionId, templateId: template.id, to: freshNumber(), variables: {} };
  deliveryId = (await api.call('POST', `/companies/${companyId}/messages`, message)).id;
  await engine.client.workflow.getHandle(workflowIds.message(deliveryId)).result();
  const begun = await api.call('POST', `/companies/${companyId}/connections`, {
    providerKey: 'twilio',
    purpose: 'reminders',
    label: 'Second desk',
    reason: 'Reminders',
  });
  const { accountSid, authToken } = launched.account;
  await api.call('POST', `/connections/${begun.id}/onboarding/access`, {
    credentials: { kind: 'basic', values: { accountSid, authToken } },
  });
  await commands.tellFailedRun('permission_missing');
  await commands.reaches('degraded');
  incidentId = await until(
    async () => Object.values((await commands.status()).incidents)[0],
    (found) => found !== undefined,
  ).then((found) => found!);
  ids = {
    onboarding: begun.workflow.id,
    connector: workflowIds.connector(connectionId),
    syncRun: synced.runs[0]!.workflowId,
    drainEvents: workflowIds.events(connectionId),
    deliverMessage: workflowIds.message(deliveryId),
    escalation: workflowIds.escalation(incidentId),
  };
}, 120_000);
afterAll(() => engine.stop());

const kinds = ['onboarding', 'connector', 'syncRun', 'drainEvents', 'deliverMessage', 'escalation'];

describe.each(kinds)('%s', (kind) => {
  it('is found by company, connection and provider, and says in words what it is about', async () => {
    const description = await engine.client.workflow.getHandle(ids[kind]!).describe();
    expect(description.type).toBe(kind);
    const attributes = description.typedSearchAttributes;
    const connectionId = kind === 'onboarding' ? ids[kind]!.slice('onboarding:'.length) : launched.connectionId;
    expect(attributes.get({ ...searchAttributes.connection })).toBe(connectionId);
    expect(attributes.get({ ...searchAttributes.company })).toBe(launched.companyId);
    expect(attributes.get({ ...searchAttributes.provider })).toBe('twilio');
    expect(await description.staticSummary()).toMatch(/\w+ \w+/);
  });

  it('says of each activity what it does', async () => {
    const scheduled = await until(
      () => activitiesOf(engine, ids[kind]!),
      (found) => found.length > 0,
    );
    for (const { type, summary } of scheduled) expect([type, summary]).toEqual([type, expect.stringMatching(/\w+ \w+/)]);
  });
});

describe('a connection', () => {
  const list = async (query: string) => {
    const found: string[] = [];
    for await (const { workflowId } of engine.client.workflow.list({ query })) found.push(workflowId);
    return found;
  };

  it('is found by its state and by whether people are called', async () => {
    const { connectionId } = launched;
    const query = `${searchAttributes.connection.name} = '${connectionId}' AND ${searchAttributes.state.name} = 'degraded' AND ${searchAttributes.escalated.name} = true`;
    expect(
      await until(
        () => list(query),
        (found) => found.length > 0,
      ),
    ).toEqual([ids['connector']]);
  });

  it('shows in its current details its state, what its owner does next, and that people are told', async () => {
    const shown = await detailsOf(engine.client, ids['connector']!);
    expect(shown).toContain('**degraded**');
    expect(shown).toContain(stateWords.degraded.nextAction);
    expect(shown).toContain('People are told.');
  });

  it('has Schedules that say why they run or wait', async () => {
    const [job] = await engine.app.jobs.list(launched.connectionId);
    const { state, typedSearchAttributes } = await engine.client.schedule.getHandle(workflowIds.sync(job!.id)).describe();
    expect(state.note).toBe('degraded: permission_missing');
    expect(typedSearchAttributes.get({ ...searchAttributes.connection })).toBe(launched.connectionId);
  });
});

it.each(['onboarding', 'deliverMessage', 'escalation'])('%s shows in its current details how far it is', async (kind) => {
  expect(await detailsOf(engine.client, ids[kind]!)).toMatch(
    /Next: \*\*records\*\*|Ended: delivered\.|Rung 1 of 2: telling the owner\./,
  );
});

async function detailsOf(client: Client, workflowId: string): Promise<string> {
  const handle = client.workflow.getHandle(workflowId);
  return (await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails;
}

async function activitiesOf({ client, codec }: Engine, workflowId: string) {
  const { events } = await openHistory(await client.workflow.getHandle(workflowId).fetchHistory(), codec.decode);
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled, userMetadata }) =>
    scheduled
      ? [
          {
            type: scheduled.activityType?.name,
            summary: userMetadata?.summary ? defaultPayloadConverter.fromPayload<string>(userMetadata.summary) : null,
          },
        ]
      : [],
  );
}
