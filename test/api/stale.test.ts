/** Silence is told without the scheduler: Temporal is away, the clock goes on, and the cards, the health list and the metrics say it. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { clockAt } from '../harness/clock.ts';
import { by, company, connection } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

const hourMs = 3_600_000;
const lastGood = new Date('2026-11-20T10:00:00Z');

let api: Api;
let ours: Awaited<ReturnType<typeof company>>;
let connectionId: string;

beforeAll(async () => {
  api = await startApi();
  ours = await company(api, 'Ours');
  const own = async (state?: 'onboarding' | 'disconnected') => {
    const id = await connection(api, ours.id, state);
    await api.stores.connections.markSucceeded(id, lastGood);
    return id;
  };
  connectionId = await own();
  // Neither should deliver by itself, so that their silence is no alarm.
  await own('disconnected');
  await api.stores.connections.setState(await own(), 'paused', 'Holiday', 'test');
  // One that is content with a word every ten days.
  const patient = await own();
  await api.stores.connections.saveSettings(patient, { policy: { freshWithinS: 864_000 } }, by);
  const metric = { companyId: ours.id, connectionId, metricKey: 'messages_delivered' as const };
  await api.stores.cards.save({ ...metric, nextAction: 'Nothing to do.', explanation: 'Reminders by text.' });
  await api.stores.metrics.saveSnapshot({ ...metric, kind: 'current', value: '752', at: lastGood });
});
afterEach(() => void jest.useRealTimers());
afterAll(() => api.close());

const get = async (path: string) => (await api.call('GET', `/v1${path}`, { key: ours.keys.company_admin })).body;
const staleInMetrics = async () => (await api.call('GET', '/metrics')).text.match(/^linkwright_connections_stale (.*)$/m)?.[1];

describe('With Temporal away', () => {
  it('nothing is stale while the last good run is young', async () => {
    clockAt(new Date(lastGood.getTime() + hourMs / 3));
    expect((await get(`/companies/${ours.id}/portal/cards`)).items).toMatchObject([{ status: 'current' }]);
    expect((await get(`/connections/${connectionId}`)).freshness).toEqual({ stale: false, freshWithinS: 1_800, sentence: null });
    expect(await staleInMetrics()).toBe('0');
  });

  it('days later the card says stale with the last good value and date, and the alert’s number rises', async () => {
    expect((await api.call('GET', '/readyz')).body.missing).toEqual(['Temporal does not answer.']);
    clockAt(new Date(lastGood.getTime() + 50 * hourMs));
    const sentence = 'No update has arrived since 2026-11-20; the last good value is shown.';
    expect((await get(`/companies/${ours.id}/portal/cards`)).items).toMatchObject([
      { status: 'stale', statusSentence: sentence, current: { value: '752', date: '2026-11-20' } },
    ]);
    const freshness = { stale: true, freshWithinS: 1_800, sentence };
    expect((await get(`/connections/${connectionId}`)).freshness).toEqual(freshness);
    const health: { connectionId: string; freshness: object }[] = (await get(`/companies/${ours.id}/health`)).items;
    expect(health.find((entry) => entry.connectionId === connectionId)?.freshness).toEqual(freshness);
    // The patient one, and the one that somebody paused.
    expect(health.filter((entry) => 'stale' in entry.freshness && !entry.freshness.stale)).toHaveLength(2);
    expect(await staleInMetrics()).toBe('1');
  });
});
