/** What the page of one connection is read by: its story, its runs by day, and its credentials without a value. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { timeOf } from '../../db/ids.ts';
import { write } from '../../db/sql.ts';
import { accountSid, authToken, company, connection } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

let api: Api;
let ours: Awaited<ReturnType<typeof company>>;
let connectionId: string;
let ann: { actor: string };

beforeAll(async () => {
  api = await startApi();
  ours = await company(api, 'Ours');
  const facts = { companyId: ours.id, name: 'Ann', email: 'ann@example.com', phone: null, role: 'operator' as const };
  ann = { actor: (await api.stores.users.create(facts, { actor: 'test' })).id };
  connectionId = await connection(api, ours.id);
  const { stores } = api;
  const cause = 'provider_unavailable' as const;
  const { incidentId } = await stores.incidents.open({ companyId: ours.id, connectionId, cause, sentence: 'It is down.' });
  await run('manual', 'failed', 'It does not answer.');
  await stores.incidents.acknowledge(incidentId, ann.actor);
  await run('schedule', 'succeeded');
  await stores.incidents.close(incidentId, 'recovered', 'engine');
  await stores.connections.setState(connectionId, 'paused', 'Holidays at +14155552671.', ann.actor);
  // Of another connection.
  await stores.connections.setState(await connection(api, ours.id), 'paused', 'Not of this one.', ann.actor);
});
afterAll(() => api.close());

async function run(trigger: 'manual' | 'schedule', outcome: 'succeeded' | 'failed', sentence?: string): Promise<string> {
  const [job] = await api.stores.jobs.list(connectionId);
  const opened = await api.stores.runs.open({ jobId: job!.id, workflowId: `sync:${trigger}`, trigger });
  if (!opened.opened) throw new Error('The last run did not end.');
  await api.stores.runs.close(opened.runId, { outcome, sentence });
  return opened.runId;
}
const get = (path: string, key = ours.keys.company_admin) => api.call('GET', `/v1/connections/${connectionId}/${path}`, { key });
const sentences = (items: { sentence: string }[]) => items.map(({ sentence }) => sentence);

/** All pages, one after the other. */
async function paged(limit: number, routine: boolean): Promise<{ id: string; sentence: string }[]> {
  const items: { id: string; sentence: string }[] = [];
  for (let cursor = ''; ;) {
    const { body } = await get(`story?limit=${limit}&routine=${routine}${cursor}`);
    items.push(...body.items);
    if (!body.nextCursor) return items;
    cursor = `&cursor=${body.nextCursor}`;
  }
}

describe('The story', () => {
  it('tells what was done, by whom and why, with the runs in which there is something to find', async () => {
    const { body } = await get('story?limit=100');
    expect(sentences(body.items)).toEqual([
      'It was paused.',
      'The incident is over: it recovered.',
      'The incident was acknowledged.',
      'A run on demand (messages sent and received) failed.',
      'An incident began, and people are told.',
      'It was launched and delivers from now on.',
      'The new credentials are in force.',
      'New credentials were given.',
      'The connection was begun.',
    ]);
    const [paused, recovered, acknowledged, failed] = body.items;
    expect(paused).toMatchObject({ kind: 'state', reason: 'Holidays at +14155552671.', by: { id: ann.actor, name: 'Ann' } });
    expect(recovered).toMatchObject({ kind: 'incident', by: null, incidentId: expect.stringMatching(/^inc_/) });
    expect(acknowledged.by.name).toBe('Ann');
    expect(failed).toMatchObject({ kind: 'run', reason: 'It does not answer.', runId: expect.stringMatching(/^run_/) });
    expect(failed.workflow.id).toBe('sync:manual');
  });

  it('tells scheduled runs that went well where that is asked for', async () => {
    expect(sentences((await get('story?limit=100&routine=true')).body.items)).toContain(
      'A scheduled run (messages sent and received) went well.',
    );
  });

  it.each([1, 2, 3, 7])('is the same in pages of %i', async (limit) => {
    const whole = (await get('story?limit=100&routine=true')).body;
    expect(whole.nextCursor).toBeNull();
    expect(await paged(limit, true)).toEqual(whole.items);
  });

  it('loses and repeats nothing of one millisecond', async () => {
    const runId = (await get('story?limit=100')).body.items.find((entry: { runId: string | null }) => entry.runId).runId;
    // As many acts as there are, all at the very time of a run.
    await write(
      api.databases.app,
      `UPDATE audit_log SET logged_at = :at WHERE subject = :connectionId AND action = 'connection.state'`,
      { connectionId, at: timeOf(runId).toISOString().replace('T', ' ').replace('Z', '') },
    );
    const whole = (await get('story?limit=100&routine=true')).body.items;
    expect(await paged(1, true)).toEqual(whole);
    expect(new Set(whole.map(({ id }: { id: string }) => id)).size).toBe(10);
  });

  it('shows a viewer no phone number, and a client nothing', async () => {
    const { text } = await get('story?limit=100', ours.keys.viewer);
    expect(text).toContain('Holidays at ••••2671.');
    expect((await get('story', ours.keys.client)).status).toBe(403);
  });

  it.each(['x', '1', '1700000000000.', '1700000000000.inc_1', "1700000000000.1' OR 1"])(
    'refuses the cursor %s',
    async (cursor) => {
      expect((await get(`story?cursor=${encodeURIComponent(cursor)}`)).status).toBe(400);
    },
  );
});

describe('The runs by day', () => {
  it('are told for every day, with what they took over', async () => {
    const { body } = await get('run-days?days=2', ours.keys.viewer);
    expect(body.items).toHaveLength(2);
    const last = body.items.at(-1);
    expect(last).toEqual({ day: last.day, succeeded: 1, failed: 1, records: { created: 0, updated: 0, failed: 0 } });
  });
});

describe('The credentials', () => {
  it('are told by kind and end, and never by value', async () => {
    const { body, text } = await get('credentials', ours.keys.viewer);
    expect(body.items).toMatchObject([
      { kind: 'basic', standing: 'active', renewsItself: false, expiresAt: null, renewedAt: null },
    ]);
    expect(text).not.toContain(authToken);
    expect(text).not.toContain(accountSid);
  });

  it('say when they were last renewed, when they end and what they allow', async () => {
    const { stores } = api;
    const values = { accessToken: 'canary-access', refreshToken: 'canary-refresh' };
    const staged = { connectionId, companyId: ours.id, kind: 'oauth2', values: { refreshToken: 'canary-refresh' } };
    const { tokenId } = await stores.credentials.stage(staged, ann);
    await stores.credentials.activate(tokenId);
    const claim = await stores.tokens.claim(tokenId, { holder: 'test', leaseMs: 60_000, once: null });
    if (claim.got !== 'lease') throw new Error(claim.got);
    await stores.tokens.commit(claim.lease, { values, scopes: ['deals.read'], endsInMs: 3_600_000, refreshInMs: 1_800_000 });
    const { body, text } = await get('credentials', ours.keys.viewer);
    const [held] = body.items;
    expect(held).toMatchObject({ kind: 'oauth2', standing: 'active', scopes: ['deals.read'], lostReason: null });
    const at = (time: string) => Date.parse(time);
    expect(at(held.expiresAt) - at(held.renewedAt)).toBe(3_600_000);
    expect(at(held.nextRenewalAt) - at(held.renewedAt)).toBe(1_800_000);
    expect(text).not.toContain('canary');

    const again = await stores.tokens.claim(tokenId, { holder: 'test', leaseMs: 60_000, rejected: 'canary-access', once: null });
    if (again.got !== 'lease') throw new Error(again.got);
    await stores.tokens.lose(again.lease, 'The consent was taken back.');
    expect((await get('credentials')).body.items[0]).toMatchObject({
      standing: 'lost',
      lostReason: 'The consent was taken back.',
      nextRenewalAt: null,
    });
  });
});
