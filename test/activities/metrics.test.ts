import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { saveMetrics } from '../../activities/metrics.ts';
import type { ActivityDeps } from '../../activities/deps.ts';
import { select } from '../../db/sql.ts';
import { getProvider } from '../../providers/registry.ts';
import { connectedCompany, message, openStores, pageOf, servers, type OpenStores } from '../db/stores.ts';

let stores: OpenStores;
beforeAll(async () => {
  stores = await openStores(servers[0]!.server);
});
afterAll(() => stores.close());

it('what was counted last is shown, though the worker that counted it has a clock behind another’s', async () => {
  const at = await connectedCompany(stores.app);
  const sentAt = new Date(Date.now() - 3_600_000).toISOString();
  const count = async (externalId: string, clockMs: number) => {
    await stores.app.records.savePage(pageOf(at, [message(externalId, { status: 'delivered', sentAt })]));
    const deps = { app: stores.app, getProvider, now: () => new Date(Date.now() + clockMs) } as unknown as ActivityDeps;
    await saveMetrics(deps, at.connection);
    const shown = await select<{ value: string }>(
      stores.appDb,
      `SELECT value FROM metric_snapshots WHERE connection_id = :connectionId AND metric_key = 'messages_delivered'
       ORDER BY taken_at DESC LIMIT 1`,
      at,
    );
    return Number(shown[0]!.value);
  };
  expect(await count('SM1', 300_000)).toBe(1);
  expect(await count('SM2', -300_000)).toBe(2);
});

it('holds a value that is not plausible with one task, shows the last good one, and lets go when a plausible one comes', async () => {
  const { app } = stores;
  const at = await connectedCompany(app);
  const { companyId, connectionId } = at;
  const metric = { companyId, connectionId, metricKey: 'messages_delivered' as const };
  const deps = { app, getProvider } as unknown as ActivityDeps;
  const show = (value: string) =>
    app.metrics.saveSnapshot({ ...metric, kind: 'current', value, at: new Date(Date.now() - 2 * 86_400_000) });
  const card = async () => (await app.cards.facts({ companyId })).find(({ metricKey }) => metricKey === metric.metricKey)!;
  const reviews = async () =>
    (await app.tasks.list({ companyId, limit: 9 })).items.filter(({ cause }) => cause === 'value_review');
  await app.cards.save({ ...metric, nextAction: 'Wait.', explanation: 'Texts.' });
  await show('3120');

  await saveMetrics(deps, at.connection);
  await saveMetrics(deps, at.connection);
  expect(await card()).toMatchObject({ underReview: true, current: { value: '3120' } });
  expect(await reviews()).toMatchObject([
    { completedAt: null, repeats: 0, sentence: expect.stringContaining('would be 0 messages') },
  ]);

  // Rejected: nobody is asked again while it lasts.
  const decide = (decision: 'accepted' | 'rejected') =>
    app.heldValues.decide({ connectionId, metricKey: metric.metricKey, decision, reason: 'Looked.' }, { actor: 'user_x' });
  expect(await decide('rejected')).toMatchObject({ review: 'rejected', value: '0' });
  await saveMetrics(deps, at.connection);
  expect(await card()).toMatchObject({ underReview: true, current: { value: '3120' } });
  expect(await reviews()).toHaveLength(1);

  const sentAt = new Date(Date.now() - 3_600_000).toISOString();
  const ids = Array.from({ length: 40 }, (_, place) => `SM${place}`);
  await app.records.savePage(pageOf(at, ids.map((id) => message(id, { status: 'delivered', sentAt })))); // prettier-ignore
  await saveMetrics(deps, at.connection);
  expect(await card()).toMatchObject({ underReview: false, current: { value: '40' } });
});

it('closes the task when a plausible value comes, and shows a value that a person accepted', async () => {
  const { app } = stores;
  const at = await connectedCompany(app);
  const { companyId, connectionId } = at;
  const metric = { companyId, connectionId, metricKey: 'messages_received' as const };
  const deps = { app, getProvider } as unknown as ActivityDeps;
  const open = async () => (await app.tasks.list({ companyId, open: true, limit: 9 })).items.length;
  const shown = async () => (await app.metrics.shown(connectionId)).get(metric.metricKey)?.value;
  const show = (value: string) =>
    app.metrics.saveSnapshot({ ...metric, kind: 'current', value, at: new Date(Date.now() - 2 * 86_400_000) });

  await show('5000');
  await saveMetrics(deps, at.connection);
  expect([await shown(), await open()]).toEqual(['5000', 1]);
  await show('9');
  await saveMetrics(deps, at.connection);
  expect([await shown(), await open()]).toEqual(['0', 0]);
  await expect(
    app.heldValues.decide({ connectionId, metricKey: metric.metricKey, decision: 'accepted', reason: '-' }, { actor: 'user_x' }),
  ).rejects.toThrow('No value of this metric waits');

  await app.heldValues.hold({ ...metric, value: '7', currency: null, leftOut: 0, sentence: 'Odd.', at: new Date() });
  await app.heldValues.decide(
    { connectionId, metricKey: metric.metricKey, decision: 'accepted', reason: 'True.' },
    { actor: 'user_x' },
  );
  expect([await shown(), (await app.heldValues.list(connectionId)).length]).toEqual(['7', 0]);
});
