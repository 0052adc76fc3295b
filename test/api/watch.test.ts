/** Silence is told to people without Temporal: by one of several API processes, once, and again only when it was over in between. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { peopleTeller } from '../../api/watch/tell-people.ts';
import { unservedQueues } from '../../api/watch/unserved-queues.ts';
import { startWatch } from '../../api/watch/watch.ts';
import { watchPolicy } from '../../domain/watch.ts';
import { createNotices } from '../../notices/index.ts';
import { startSandbox, type RunningSandbox } from '../../sandbox/server.ts';
import { baseUrlsOf } from '../harness/hubspot-account.ts';
import { createTwilioAccount, freshNumber, type TwilioAccount } from '../harness/twilio-account.ts';
import { until } from '../harness/until.ts';
import { by, company, connection } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

const policy = { ...watchPolicy, everyMs: 100, leaseMs: 1_000, missedMs: 300, tellAgainMs: 200 };
/** Two looks, and some for a busy machine. */
const promisedMs = 5_000;

let api: Api;
let sandbox: RunningSandbox;
let notifier: TwilioAccount;
let nowhere: Client;
let ours: Awaited<ReturnType<typeof company>>;
let connectionId: string;
const ownerPhone = freshNumber();
const platformPhone = freshNumber();

beforeAll(async () => {
  [api, sandbox] = await Promise.all([startApi(), startSandbox()]);
  notifier = await createTwilioAccount({ sandbox, canaries: new Set() });
  nowhere = new Client({ connection: Connection.lazy({ address: '127.0.0.1:9', interceptors: [] }) });
  ours = await company(api, 'Ours');
  const person = (companyId: string | null, phone: string, role: 'operator' | 'platform_admin') =>
    api.stores.users.create({ companyId, name: 'Pat', email: `${phone.slice(1)}@example.com`, phone, role }, by);
  await person(null, platformPhone, 'platform_admin');
  const owner = await person(ours.id, ownerPhone, 'operator');
  connectionId = await connection(api, ours.id);
  await api.databases.app.query('UPDATE integration_connections SET owner_user_id = :owner WHERE id = :connectionId', {
    replacements: { owner: owner.id, connectionId },
  });
  const metric = { companyId: ours.id, connectionId, metricKey: 'messages_delivered' as const };
  await api.stores.cards.save({ ...metric, nextAction: 'Nothing to do.', explanation: 'Reminders by text.' });
  await api.stores.metrics.saveSnapshot({ ...metric, kind: 'current', value: '752', at: new Date() });
  await api.stores.connections.markSucceeded(connectionId, new Date());
});
afterAll(async () => {
  await nowhere.connection.close();
  await sandbox.close();
  await api.close();
});

const lines: { outcome?: string }[] = [];
const note = (line: { outcome?: string }) => void lines.push(line);
const log = { info: note, warn: note, error: note } as never;

/** As an API process has it; Temporal does not answer. */
function watch(unserved = () => unservedQueues(nowhere)) {
  const sms = { providerKey: 'twilio', credentials: notifier, from: notifier.number };
  const { accountSid, authToken } = notifier;
  const notices = createNotices({
    sms: { ...sms, credentials: { accountSid, authToken } },
    email: null,
    baseUrls: baseUrlsOf(sandbox.url),
    logCall: () => undefined,
    logPost: () => undefined,
  });
  const { stores } = api;
  const tellPeople = peopleTeller({ stores, notices, publicUrl: 'https://here.example.com' });
  return startWatch({ stores, log, tellPeople, unservedQueues: unserved, policy });
}
const sentTo = async (phone: string) =>
  (await sandbox.control<{ to: string; body: string }[]>('twilio', 'messages', { accountSid: notifier.accountSid })).filter(
    ({ to }) => to === phone,
  );
const tasks = async () =>
  (await api.stores.tasks.list({ companyId: ours.id, open: true, limit: 10 })).items.filter(({ cause }) => cause === 'stale');
const fall = () =>
  api.databases.app.query(
    'UPDATE integration_connections SET last_success_at = UTC_TIMESTAMP(3) - INTERVAL 2 DAY WHERE id = :connectionId',
    { replacements: { connectionId } },
  );
const cardStatus = async () =>
  (await api.call('GET', `/v1/companies/${ours.id}/portal/cards`, { key: ours.keys.company_admin })).body.items[0].status;
const leaders = () => api.stores.watch.countLeaders();

describe('With Temporal stopped', () => {
  it('a connection that turns stale is told to its owner once by two processes, and is a task until it is fresh', async () => {
    const processes = [watch(), watch()];
    await until(leaders, (count) => count === 1, promisedMs);
    expect((await api.call('GET', '/metrics')).text).toMatch(/^linkwright_watch_leaders 1$/m);
    await sleep(3 * policy.everyMs);
    expect(await sentTo(ownerPhone)).toEqual([]);
    await fall();
    const [told] = await until(
      () => sentTo(ownerPhone),
      (messages) => messages.length > 0,
      promisedMs,
    );
    expect(told!.body).toContain(`/v1/connections/${connectionId}`);
    expect(await cardStatus()).toBe('stale');
    expect(await tasks()).toMatchObject([{ connectionId, repeats: 0 }]);

    // Whoever watched is gone without a word, as by SIGKILL: its lease ends, and the other one goes on, silently.
    const taken = await api.databases.app.query(
      `UPDATE watch_leases SET holder = 'dead:process', held_until = UTC_TIMESTAMP(3) + INTERVAL 1 SECOND`,
    );
    expect(taken).toBeDefined();
    await sleep(policy.leaseMs + 5 * policy.everyMs);
    await until(leaders, (count) => count === 1, promisedMs);
    expect(await sentTo(ownerPhone)).toHaveLength(1);

    await api.stores.connections.markSucceeded(connectionId, new Date());
    await until(tasks, (open) => open.length === 0, promisedMs);
    await fall();
    await until(
      () => sentTo(ownerPhone),
      (messages) => messages.length === 2,
      promisedMs,
    );
    await Promise.all(processes.map((each) => each.stop()));
    expect(await leaders()).toBe(0);
  });

  it('the platform’s own people hear that Temporal does not answer, or that nobody serves its queues, once', async () => {
    await until(
      () => sentTo(platformPhone),
      (messages) => messages.some(({ body }) => body.includes('Temporal does not answer')),
      promisedMs,
    );
    let queues = ['sync'];
    const process = watch(async () => queues);
    await until(
      () => sentTo(platformPhone),
      (messages) => messages.some(({ body }) => body.includes('No worker serves the queues sync')),
      promisedMs,
    );
    queues = [];
    await until(
      () => api.stores.watch.episodes(),
      (open) => open.every(({ connectionId: of }) => of !== null),
      promisedMs,
    );
    await process.stop();
    expect(await sentTo(platformPhone)).toHaveLength(2);
    expect(lines.filter(({ outcome }) => outcome === 'told')).toHaveLength(4);
  });

  it('what reached nobody is tried again', async () => {
    await sandbox.control('twilio', 'fault', { kind: 'status500', times: 2, match: { path: '/Messages.json' } });
    await api.stores.connections.markSucceeded(connectionId, new Date());
    const process = watch(async () => []);
    await until(tasks, (open) => open.length === 0, promisedMs);
    await fall();
    await until(
      () => sentTo(ownerPhone),
      (messages) => messages.length === 3,
      promisedMs,
    );
    await process.stop();
  });
});
