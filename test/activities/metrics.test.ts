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
