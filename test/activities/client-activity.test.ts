import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { tellActivity } from '../../activities/client-activity.ts';
import type { ActivityDeps } from '../../activities/deps.ts';
import { actOn } from '../../activities/report-acts.ts';
import type { Report } from '../../db/app/stores/reports.ts';
import { getProvider } from '../../providers/registry.ts';
import { localDay } from '../../domain/periods.ts';
import { deal, stages } from '../db/deals.ts';
import { clearOfMidnight } from '../harness/clock.ts';
import { by, connectedCompany, openStores, pageOf, servers, type OpenStores } from '../db/stores.ts';

await clearOfMidnight();
let stores: OpenStores;
let deps: ActivityDeps;
beforeAll(async () => {
  stores = await openStores(servers[0]!.server);
  deps = { app: stores.app, traffic: stores.traffic, getProvider: () => getProvider('hubspot') } as unknown as ActivityDeps;
});
afterAll(() => stores.close());

/** Of today, also right after midnight. */
const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString().slice(0, 19);

it('tells a client’s day once, brings it up to date, and lets a report’s rule draft a note that points at it', async () => {
  const at = await connectedCompany(stores.app);
  const { companyId, connectionId } = at;
  await stores.app.pipelineStages.refresh(connectionId, stages, new Date());
  const won = (id: string, seconds: number) => deal(id, [['new', secondsAgo(seconds + 1)], ['won', secondsAgo(seconds)]]); // prettier-ignore
  const told = async () =>
    (await stores.traffic.activity.list({ companyId, limit: 9 })).items.filter(({ kind }) => kind === 'deals_won');
  await stores.app.records.savePage(pageOf(at, [won('Roof of Mr Canary', 2)]));
  await tellActivity(deps, at.connection);
  await tellActivity(deps, at.connection);
  expect(await told()).toHaveLength(1);
  expect((await told())[0]!.sentence).toMatch(/^1 deal was won on \d{4}-\d\d-\d\d\.$/);
  await stores.app.records.savePage(pageOf(at, [won('b', 1)], '{"page":2}'));
  await tellActivity(deps, at.connection);
  const [activity] = (await told()).toSorted((a, b) => Number(b.id) - Number(a.id));
  expect((await told()).map(({ sentence }) => sentence).join()).not.toContain('Canary');

  const today = localDay(new Date(), 'UTC');
  const line = {
    metricKey: 'deals_won' as const,
    connectionId,
    sourceLabel: 'HubSpot',
    value: '2',
    currency: null,
    leftOut: 0,
    enteredByPerson: false,
  };
  const report: Report = {
    id: 'rep_1',
    companyId,
    kind: 'week',
    periodStart: today,
    periodEnd: today,
    state: 'draft',
    completeness: null,
    createdAt: new Date(),
    publishedAt: null,
    lines: [{ ...line, recomputedAt: null, valueBefore: null, previous: null, baseline: null }],
  };
  await actOn(deps, report);
  await actOn(deps, report);
  const notes = async (state?: 'published') => (await stores.app.notes.list({ companyId, limit: 9, state })).items;
  expect(await notes()).toMatchObject([
    { state: 'draft', sourceLabel: 'HubSpot', from: today, until: today, action: expect.stringContaining('won on') },
  ]);
  expect((await notes())[0]!.activityId).toBe(activity!.id);
  expect(await notes('published')).toEqual([]);

  const [{ id }] = (await notes()) as [{ id: string }, ...unknown[]];
  expect(await stores.app.notes.edit(id, { body: 'Two roofs were sold.' }, by)).toMatchObject({
    body: 'Two roofs were sold.',
    editedBy: by.actor,
  });
  await stores.app.notes.publish(id, by);
  await expect(stores.app.notes.edit(id, { body: 'Three.' }, by)).rejects.toThrow('The note is published');
  expect(await notes('published')).toMatchObject([{ body: 'Two roofs were sold.', publishedBy: by.actor }]);
});
