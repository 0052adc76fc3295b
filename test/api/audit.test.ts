/** Every route of the table that changes something: what it leaves in the audit log, and what it does when nothing can be left there. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { QueryTypes } from 'sequelize';
import { isRefusal } from '../../api/audit-request.ts';
import { ApiError } from '../../api/errors.ts';
import { routes } from '../../api/routes/index.ts';
import type { Route } from '../../api/route.ts';
import { isAllowed, roles } from '../../domain/permissions.ts';
import { twilio } from '../../providers/twilio/index.ts';
import { accountSid, authToken, clientNumber, company, everything, fill, platformKey } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

type Things = Record<string, string>;
const title = ({ method, path }: Pick<Route, 'method' | 'path'>) => `${method.toUpperCase()} ${path}`;
const changing = routes
  .filter(({ method, reads }) => method !== 'get' && !reads)
  .map((route) => ({ title: title(route), route }));

const credentials = { kind: 'basic', values: { accountSid, authToken } };
const person = { name: 'Pat Person', email: 'pat@example.com' };
const day = '2026-11-20';
/** A body that fits, for each route that takes one. A new route without one is answered 400 here, and its test says so. */
const bodies: Record<string, (things: Things) => object> = {
  'POST /companies': () => ({ name: 'New', timeZone: 'UTC' }),
  'POST /companies/:companyId/franchises': () => ({ name: 'Branch', timeZone: 'UTC' }),
  'POST /companies/:companyId/move': () => ({ parentCompanyId: null }),
  'POST /companies/:companyId/erase': () => ({ name: 'Ours', reason: 'Contract ended' }),
  'POST /companies/:companyId/erase-person': () => ({ email: 'pat@example.com', reason: 'Asked for' }),
  'POST /users': () => person,
  'POST /companies/:companyId/users': () => ({ ...person, role: 'viewer' }),
  'PATCH /users/:userId': () => ({ name: 'New name' }),
  'POST /users/:userId/token': () => ({ subject: 'sub-1' }),
  'POST /session/own-password': () => ({ password: 'a sentence of my own' }),
  'POST /companies/:companyId/api-keys': () => ({ label: 'New', role: 'viewer' }),
  'POST /api-keys': () => ({ label: 'New', role: 'platform_admin' }),
  'POST /companies/:companyId/connections': () => ({ providerKey: 'twilio', purpose: 'texts', label: 'A', reason: 'B' }),
  'PATCH /connections/:connectionId': () => ({ label: 'Back office' }),
  'PATCH /connections/:connectionId/policy': () => ({ policy: { escalateAfterFailedRuns: 9 } }),
  'PATCH /connections/:connectionId/settings': () => ({ settings: {} }),
  'POST /connections/:connectionId/onboarding/access': () => ({ credentials }),
  'POST /connections/:connectionId/onboarding/baseline': () => ({ nextAction: 'Call back.', explanation: 'As it was.' }),
  'POST /connections/:connectionId/onboarding/cancel': () => ({ reason: 'No more.' }),
  'POST /connections/:connectionId/disconnect': () => ({ reason: 'No more.' }),
  'POST /connections/:connectionId/pause': () => ({ reason: 'Holidays.' }),
  'POST /connections/:connectionId/reauthorize': () => ({ credentials }),
  'POST /connections/:connectionId/manual-values': () => ({
    metricKey: 'messages_delivered',
    value: '7',
    periodStart: day,
    periodEnd: day,
    reason: 'By hand.',
  }),
  'POST /connections/:connectionId/manual-values/hand-back': () => ({}),
  'POST /connections/:connectionId/held-values': () => ({
    metricKey: 'deals_won',
    decision: 'accepted',
    reason: 'The campaign ended.',
  }),
  'POST /anomalies/:anomalyId/decide': () => ({ decision: 'dismissed', reason: 'The campaign ended.' }),
  'POST /connections/:connectionId/mappings': () => {
    const { version: _, ...mapping } = { version: 1, ...twilio.streams['messages']!.mapping };
    return mapping;
  },
  'POST /connections/:connectionId/mappings/:objectKey/draft': () => {
    const { object: _, ...mapping } = twilio.streams['messages']!.mapping;
    return { revision: 1, mapping };
  },
  'POST /connections/:connectionId/mappings/:objectKey/draft/publish': () => ({ revision: 1 }),
  'POST /connections/:connectionId/mappings/:objectKey/draft/preview': () => ({ sample: 'fetched' }),
  'POST /connections/:connectionId/mappings/:objectKey/roll-back': () => ({ toVersion: 1 }),
  'POST /connections/:connectionId/mappings/:objectKey/remap': () => ({ fromVersion: 1 }),
  'PATCH /connections/:connectionId/franchise-keys': ({ companyId }) => ({ keys: [{ value: 'north', companyId }] }),
  'PATCH /connections/:connectionId/stages': () => ({
    stages: [
      {
        externalId: 'offer',
        name: 'Offer',
        position: 2,
        probability: 0.5,
        kind: 'open',
        was: { name: 'offer', position: 1, probability: null, kind: 'open' },
      },
    ],
  }),
  'PATCH /connections/:connectionId/deals/:dealId': () => ({ title: 'New roof' }),
  'POST /temporal/codec/decode': () => ({ payloads: [] }),
  'POST /key-rotation': () => ({ kind: 'data' }),
  'POST /companies/:companyId/grants': ({ userId }) => ({
    holder: userId,
    permission: 'payload.read',
    reason: 'A case.',
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  }),
  'POST /queue/:itemId/ignore': () => ({ reason: 'Not needed.' }),
  'POST /queue/:itemId/resolve': () => ({ note: 'By hand.' }),
  'POST /connections/:connectionId/queue/replays': ({ previewId }) => ({ previewId }),
  'POST /connections/:connectionId/queue/previews': () => ({ filter: {} }),
  'POST /connections/:connectionId/queue/resolve': () => ({ filter: {}, note: 'By hand.' }),
  'POST /connections/:connectionId/queue/ignore': () => ({ filter: {}, reason: 'Not needed.' }),
  'POST /connections/:connectionId/queue/reopen': () => ({ closedAt: '2026-11-20T10:00:00.000Z' }),
  'POST /companies/:companyId/templates': () => ({ name: 'Hello', channel: 'sms', body: 'Hi {{name}}', variables: ['name'] }),
  'PATCH /templates/:templateId': () => ({ body: 'Hello {{name}}', variables: ['name'] }),
  'POST /companies/:companyId/messages': ({ connectionId, templateId }) => ({
    connectionId,
    templateId,
    to: clientNumber,
    variables: { name: 'A' },
  }),
  'POST /messages/:deliveryId/decide': () => ({ decision: 'was_sent' }),
  'POST /users/:userId/notices': () => ({ timeZone: 'UTC', quietHours: null, channels: [{ channel: 'sms' }] }),
  'POST /companies/:companyId/duty': ({ userId }) => ({ members: [{ userId, timeZone: 'UTC', shifts: [] }] }),
  'POST /duty': () => ({ members: [] }),
  'POST /messages/:deliveryId/fall-back': () => ({ how: 'given_up', words: 'The address is out of use.' }),
  'POST /escalations/:incidentId/resolve': () => ({ note: 'Done.' }),
  'POST /tasks/:taskId/complete': () => ({ note: 'Done.' }),
  'PATCH /notes/:noteId': () => ({ body: 'Texts went up.' }),
  'POST /companies/:companyId/portal/notes': ({ connectionId, activityId }) => ({
    connectionId,
    activityId,
    body: 'Texts are up.',
    from: day,
    until: day,
    action: 'Call back.',
  }),
};

/** What must be so before, for there to be a change. */
const prepare: Record<string, (things: Things) => Promise<unknown>> = {
  'POST /connections/:connectionId/mappings/:objectKey/remap': ({ connectionId }) =>
    api.stores.mappings.publish({ connectionId: connectionId!, mapping: twilio.streams['messages']!.mapping }, { actor: 'test' }),
  'POST /connections/:connectionId/mappings/:objectKey/roll-back': async ({ connectionId }) => {
    const { mapping } = twilio.streams['messages']!;
    for (const externalId of [mapping.externalId, 'id'])
      await api.stores.mappings.publish({ connectionId: connectionId!, mapping: { ...mapping, externalId } }, { actor: 'test' });
  },
  'POST /queue/:itemId/reopen': ({ itemId }) => api.stores.errorQueue.ignore(itemId!, 'Not needed.', { actor: 'test' }),
  'POST /companies/:companyId/grants': ({ userId }) => api.stores.users.update(userId!, { role: 'operator' }, { actor: 'test' }),
  'POST /companies/:companyId/erase': async ({ connectionId, erasureId }) => {
    await api.stores.erasures.finish(erasureId!);
    await api.stores.connections.setState(connectionId!, 'disconnected', 'Test.', 'test');
  },
  'POST /messages/:deliveryId/fall-back': ({ deliveryId }) =>
    api.stores.deliveries.advance(deliveryId!, 'failed', { source: 'us', sentence: 'Unknown number.' }),
  'POST /users/:userId/enable': ({ userId }) => api.stores.users.disable(userId!, { actor: 'test' }),
};

let api: Api;
let ours: Awaited<ReturnType<typeof company>>;
let platform: string;
let things: Things;

beforeAll(async () => {
  // Temporal is down here: a command is kept as asked, and then answered 503.
  api = await startApi({ answerWithinMs: 200 });
  platform = await platformKey(api);
});
afterAll(() => api.close());
beforeEach(async () => {
  ours = await company(api, 'Ours');
  things = await everything(api, ours.id);
});

const send = (route: Route, key: string) =>
  api.call(route.method.toUpperCase(), fill(route.path, things), {
    key,
    ...(route.method !== 'delete' && { body: bodies[title(route)]?.(things) ?? {} }),
  });
const keyFor = (route: Route) => (isAllowed('company_admin', route.permission) ? ours.keys.company_admin : platform);
const query = (database: 'app' | 'traffic', sql: string) =>
  api.databases[database].query<Record<string, unknown>>(sql, { type: QueryTypes.SELECT });
const entries = () => query('app', 'SELECT chain, action, outcome FROM audit_log ORDER BY logged_at, chain, sequence');

describe('A route that changes something', () => {
  it.each(changing)('$title is told in the audit log', async ({ route }) => {
    await prepare[title(route)]?.(things);
    const before = await entries();
    const answer = await send(route, keyFor(route));
    expect([200, 201, 202, 409, 503]).toContain(answer.status);
    expect((await entries()).length).toBeGreaterThan(before.length);
  });

  // Everybody may sign out, and set their own password.
  it.each(changing.filter(({ route }) => route.permission !== 'session.own'))(
    '$title is told when the role may not',
    async ({ route }) => {
      const role = roles.find((each) => each !== 'platform_admin' && !isAllowed(each, route.permission));
      if (!role || role === 'platform_admin') throw new Error('Everybody may do this: then say here why that is so.');
      expect((await send(route, ours.keys[role])).status).toBe(403);
      const [newest] = (await api.stores.audit.list({ companyId: ours.id, limit: 1 })).items;
      expect(newest).toMatchObject({ action: route.permission, outcome: 'refused', detail: { role, route: route.path } });
      expect(newest!.from).toContain('127.0.0.1');
    },
  );

  it('is told when it was sound and refused, with why', async () => {
    await api.stores.errorQueue.resolve(things['itemId']!, 'Done.', { actor: 'test' });
    const answer = await send(routeOf('POST /queue/:itemId/ignore'), ours.keys.operator);
    expect(answer.status).toBe(409);
    const [newest] = (await api.stores.audit.list({ companyId: ours.id, limit: 1 })).items;
    expect(newest).toMatchObject({
      action: 'failure.work',
      subject: things['itemId'],
      outcome: 'refused',
      detail: { reason: 'The item is resolved already.' },
    });
  });

  it('is told with what was and what became, in a part that can be erased', async () => {
    await send(routeOf('PATCH /templates/:templateId'), ours.keys.company_admin);
    const { body } = await api.call('GET', `/v1/companies/${ours.id}/audit`, { key: ours.keys.company_admin });
    expect(body.items[0]).toMatchObject({
      action: 'template.update',
      before: { body: 'Hi {{name}}' },
      after: { body: 'Hello {{name}}' },
      erased: false,
    });
    const kept = await query('app', `SELECT detail, from_address FROM audit_log WHERE chain = '${ours.id}'`);
    expect(JSON.stringify(kept)).not.toMatch(/Hello|127\.0\.0\.1|Ours/);
  });

  it('keeps no credential', async () => {
    await send(routeOf('POST /connections/:connectionId/reauthorize'), ours.keys.company_admin);
    expect(JSON.stringify(await query('app', 'SELECT body FROM audit_personal'))).not.toContain(authToken);
    expect(JSON.stringify(await query('app', 'SELECT detail FROM audit_log'))).not.toContain(authToken);
  });
});

describe('A route that takes a body and only reads', () => {
  it('is one of these, and leaves nothing', async () => {
    expect(routes.filter(({ reads }) => reads).map(title)).toEqual(['POST /companies/:companyId/templates/preview']);
    const before = await entries();
    const path = `/v1/companies/${ours.id}/templates/preview`;
    expect((await api.call('POST', path, { key: ours.keys.viewer, body: { body: 'Hi' } })).status).toBe(200);
    expect(await entries()).toEqual(before);
  });
});

describe('An id that is not the caller’s to know', () => {
  it('leaves an entry in the caller’s own chain alone, the same whether it exists or not', async () => {
    const theirs = await company(api, 'Theirs');
    const foreign = await everything(api, theirs.id);
    const before = await query('app', `SELECT COUNT(*) AS entries FROM audit_log WHERE chain = '${theirs.id}'`);
    const told = [];
    for (const id of [foreign['connectionId']!, foreign['connectionId']!.replace(/.{4}$/, '0000')]) {
      expect((await api.call('GET', `/v1/connections/${id}`, { key: ours.keys.viewer })).status).toBe(404);
      const [newest] = (await api.stores.audit.list({ companyId: ours.id, limit: 1 })).items;
      expect(newest).toMatchObject({ action: 'connection.read', subject: id, outcome: 'refused' });
      told.push(newest!.detail);
    }
    expect(told[0]).toEqual({ code: 'not_found', method: 'get', route: '/connections/:connectionId' });
    expect(told[1]).toEqual(told[0]);
    expect(await query('app', `SELECT COUNT(*) AS entries FROM audit_log WHERE chain = '${theirs.id}'`)).toEqual(before);
  });

  it('leaves one where a second thing in the path is another company’s, and where a body names it', async () => {
    const foreign = await everything(api, (await company(api, 'Theirs')).id);
    const through = `/v1/connections/${things['connectionId']}/events/${foreign['eventId']}/payload`;
    expect((await api.call('GET', through, { key: ours.keys.operator })).status).toBe(404);
    const newest = async () => (await api.stores.audit.list({ companyId: ours.id, limit: 1 })).items[0]!;
    expect(await newest()).toMatchObject({ action: 'payload.read', subject: foreign['eventId'], outcome: 'refused' });
    const body = { ...bodies['POST /companies/:companyId/messages']!(things), connectionId: foreign['connectionId'] };
    const sent = await api.call('POST', `/v1/companies/${ours.id}/messages`, { key: ours.keys.operator, body });
    expect(sent.status).toBe(404);
    expect(await newest()).toMatchObject({ action: 'message.send', outcome: 'refused', detail: { code: 'not_found' } });
    expect(JSON.stringify(await newest())).not.toContain(foreign['companyId']);
  });
});

describe('A refusal by a handler', () => {
  it.each([403, 404, 409, 422])('with %i is one that a person should find', (status) => {
    expect(isRefusal(new ApiError(status, 'refused', 'No.'))).toBe(true);
  });

  it.each([400, 401, 429, 503])('with %i is not', (status) => {
    expect(isRefusal(new ApiError(status, 'refused', 'No.'))).toBe(false);
  });
});

describe('While the audit log cannot be written', () => {
  beforeAll(() =>
    api.databases.app.query(
      `CREATE TRIGGER audit_broken BEFORE INSERT ON audit_log FOR EACH ROW
       BEGIN IF NEW.actor NOT IN ('test', 'engine') THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'broken'; END IF; END`,
    ),
  );
  afterAll(() => api.databases.app.query('DROP TRIGGER audit_broken'));

  /** What every table holds, but for the answers that were begun. */
  async function contents(): Promise<Record<string, unknown>[]> {
    const checked = async (database: 'app' | 'traffic') => {
      const tables = await query(
        database,
        `SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'
           AND TABLE_NAME <> 'api_idempotency_keys' ORDER BY TABLE_NAME`,
      );
      return query(database, `CHECKSUM TABLE ${tables.map(({ name }) => String(name)).join(', ')}`);
    };
    return [...(await checked('app')), ...(await checked('traffic'))];
  }

  it.each(changing)('$title changes nothing', async ({ route }) => {
    const key = keyFor(route);
    await api.call('GET', '/v1/companies', { key }); // what is noted about the key itself is noted now
    await prepare[title(route)]?.(things);
    const before = await contents();
    const answer = await send(route, key);
    expect([answer.status, answer.body.error.code]).toEqual([500, 'internal']);
    expect(await contents()).toEqual(before);
  });
});

const routeOf = (name: string) => routes.find((route) => title(route) === name)!;
