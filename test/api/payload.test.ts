import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { maskPersonal } from '../../api/mask.ts';
import { write } from '../../db/sql.ts';
import { by, clientNumber, company, everything, platformKey } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

let api: Api;
let ours: Awaited<ReturnType<typeof company>>;
let things: Record<string, string>;
let path: string;

beforeAll(async () => {
  api = await startApi();
  ours = await company(api, 'Ours');
  things = await everything(api, ours.id);
  path = `/v1/connections/${things['connectionId']}/events/${things['eventId']}/payload`;
});
afterAll(() => api.close());

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const makeKey = (role: 'operator' | 'client', userId?: string) =>
  api.stores.apiKeys.create({ companyId: ours.id, role, label: role, ...(userId && { userId }) }, by);
const grant = (holder: string, more: object = {}, key = ours.keys.company_admin) =>
  api.call('POST', `/v1/companies/${ours.id}/grants`, {
    key,
    body: { holder, permission: 'payload.read', reason: 'A status that does not apply', expiresAt: inAnHour(), ...more },
  });
const newest = async () => (await api.stores.audit.list({ companyId: ours.id, limit: 1 })).items[0]!;

describe('A raw payload', () => {
  it('is shown to no role, not the platform’s either, and the answer says how to get it', async () => {
    for (const key of [ours.keys.company_admin, ours.keys.operator, ours.keys.viewer, await platformKey(api)]) {
      const answer = await api.call('GET', path, { key });
      expect([answer.status, answer.text.includes(clientNumber)]).toEqual([403, false]);
      expect(answer.body.error.message).toContain('grants payload.read');
    }
  });

  it('is shown to whom it was granted, each time with a row in the audit log, until the grant is taken back', async () => {
    const { id, key } = await makeKey('operator');
    const made = await grant(id);
    expect(made.body).toMatchObject({ holder: id, permission: 'payload.read', revokedAt: null });
    const before = (await newest()).sequence;
    const answers = [await api.call('GET', path, { key }), await api.call('GET', path, { key })];
    expect(answers[0]!.body).toMatchObject({ eventId: things['eventId'], type: 'status', payload: { To: clientNumber } });
    const read = await newest();
    expect(read).toMatchObject({ actor: id, action: 'payload.read', outcome: 'done', detail: { eventId: things['eventId'] } });
    expect(read.sequence).toBe(before + 2);
    expect((await api.call('GET', path, { key: ours.keys.operator })).status).toBe(403);
    const taken = await api.call('DELETE', `/v1/grants/${made.body.id}`, { key: ours.keys.company_admin });
    expect(taken.body).toEqual({ id: made.body.id, revoked: true });
    expect((await api.call('GET', path, { key })).status).toBe(403);
    const listed = await api.call('GET', `/v1/companies/${ours.id}/grants`, { key: ours.keys.company_admin });
    expect(listed.body.items[0]).toMatchObject({ id: made.body.id, revokedAt: expect.any(String) });
  });

  it('is shown to a person by whichever key is theirs, and not when the grant has ended', async () => {
    const person = { companyId: ours.id, name: 'Ann', email: 'ann@example.com', phone: null, role: 'operator' as const };
    const { id } = await api.stores.users.create(person, by);
    const { key } = await makeKey('operator', id);
    const ended = { companyId: ours.id, holder: id, permission: 'payload.read' as const, reason: 'Ended' };
    await api.stores.grants.create({ ...ended, expiresAt: new Date(Date.now() - 1_000) }, by);
    expect((await api.call('GET', path, { key })).status).toBe(403);
    await grant(id);
    expect((await api.call('GET', path, { key })).status).toBe(200);
  });

  it('is granted by admins alone, within thirty days, to those who see failures, of the same company or the platform', async () => {
    const [{ id }, client, theirs] = [await makeKey('operator'), await makeKey('client'), await company(api, 'Theirs')];
    expect((await grant(id, {}, ours.keys.operator)).status).toBe(403);
    const refused = [
      await grant(id, { expiresAt: new Date(Date.now() + 31 * 86_400_000).toISOString() }),
      await grant(id, { permission: 'key.manage' }),
      await grant(id, { reason: ' ' }),
      await grant(client.id),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
    expect(refused.map(({ body }) => body.error.issues[0].path)).toEqual(['expiresAt', 'permission', 'reason', 'holder']);
    const foreign = await api.stores.apiKeys.create({ companyId: theirs.id, role: 'operator', label: 'x' }, by);
    expect((await grant(foreign.id)).status).toBe(404);
  });

  it('of another company is not shown by a grant in one’s own, nor by another connection’s path', async () => {
    const theirs = await everything(api, (await company(api, 'Theirs')).id);
    const { id, key } = await makeKey('operator');
    await grant(id);
    const through = `/v1/connections/${things['connectionId']}/events/${theirs['eventId']}/payload`;
    expect((await api.call('GET', through, { key })).status).toBe(404);
    const { id: platformId, key: platform } = await api.stores.apiKeys.create(
      { companyId: null, role: 'operator', label: 'p' },
      by,
    );
    await grant(platformId);
    expect((await api.call('GET', path, { key: platform })).status).toBe(200);
    expect((await api.call('GET', through, { key: platform })).status).toBe(404);
    const inTheirs = `/v1/connections/${theirs['connectionId']}/events/${theirs['eventId']}/payload`;
    expect((await api.call('GET', inTheirs, { key: platform })).status).toBe(403);
  });

  it('that is past its retention is answered 410, and one that was never there 404', async () => {
    const { id, key } = await makeKey('operator');
    await grant(id);
    await write(api.trafficDatabase, 'DELETE FROM integration_raw_payloads WHERE connection_id = :id', {
      id: things['connectionId'],
    });
    expect((await api.call('GET', path, { key })).body.error.code).toBe('payload_gone');
    for (const other of ['999999999', '0', '-1', 'x', '1e3'])
      expect((await api.call('GET', path.replace(/events\/\d+/, `events/${other}`), { key })).status).toBe(404);
  });
});

describe('Failures', () => {
  it('show what is personal to admins alone', async () => {
    await api.stores.errorQueue.put({
      companyId: ours.id,
      connectionId: things['connectionId']!,
      kind: 'event',
      cause: 'SM2',
      code: 'record_rejected',
      sentence: `to is ${clientNumber}, asked by zoe@example.com, which names no franchise.`,
      rawEventId: null,
    });
    const sentence = async (key: string) =>
      (await api.call('GET', `/v1/companies/${ours.id}/queue?limit=1`, { key })).body.items[0].sentence as string;
    expect(await sentence(ours.keys.company_admin)).toContain(clientNumber);
    expect(await sentence(ours.keys.operator)).toBe('to is ••••2671, asked by •••@•••, which names no franchise.');
  });

  it.each([
    ['The number +1 415 555 2671 is not valid.', 'The number ••••2671 is not valid.'],
    ['Written to (415) 555-2671 on 2026-11-20T10:00:00.000Z', 'Written to (••••2671 on 2026-11-20T10:00:00.000Z'],
    ['No update since 2026-11-20.', 'No update since 2026-11-20.'],
    ['Of 25 records 3 failed: 100%.', 'Of 25 records 3 failed: 100%.'],
    ['SM0123456789012345678901234567890a was refused.', 'SM0123456789012345678901234567890a was refused.'],
    ['Ask ann.b+c@mail.example.co.uk.', 'Ask •••@•••.'],
  ])('are masked so that ids and dates stay: %s', (text, masked) => {
    expect(maskPersonal(text)).toBe(masked);
  });
});
