/**
 * A sibling's data is never visible: on random trees of companies, with connections of their own and shared ones, every answer of
 * every reading route holds only what the plain definition allows its caller.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { saveMetrics } from '../../activities/metrics.ts';
import type { ActivityDeps } from '../../activities/deps.ts';
import type { Route } from '../../api/route.ts';
import { routes } from '../../api/routes/index.ts';
import { isAllowed, type Role } from '../../domain/permissions.ts';
import type { CanonicalRecord } from '../../domain/records.ts';
import { getProvider } from '../../providers/registry.ts';
import { allAbove, forests, type Parents } from '../harness/company-trees.ts';
import { by, connection, everything, fill } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

let api: Api;
beforeAll(async () => {
  // Temporal is away: the routes that ask it answer so, and soon.
  api = await startApi({ answerWithinMs: 100 });
});
afterAll(() => api.close());

const callers = ['company_admin', 'client'] as const satisfies Role[];
const reading = routes.filter(({ method, subjects }) => method === 'get' && subjects.some((name) => name !== 'providerKey'));
const metricKey = 'messages_delivered';

interface World {
  parents: Parents;
  /** For each company, the one above it (by its place over it) that shares a connection with it, if any. */
  sharers: (number | null)[];
}
const worlds: fc.Arbitrary<World> = forests({ companiesMax: 4 }).chain((parents) =>
  fc
    .tuple(...parents.map((_, place) => fc.option(fc.constantFrom(...above(parents, place)), { freq: 3 })))
    .map((sharers) => ({ parents, sharers: sharers.map((sharer) => sharer ?? null) })),
);
/** With nobody above it, a company can only feed a connection of its own, by a key of its own. */
const above = (parents: Parents, place: number) => [...allAbove(parents, place), place];

interface Made {
  companyId: string;
  things: Record<string, string>;
  keys: Record<(typeof callers)[number], string>;
  /** What an answer may hold for the company and those above it: that it is there. */
  outer: string[];
  /** What it may hold for the company alone. */
  inner: string[];
  sharedConnectionId: string;
  /** Messages delivered: on its own connection, and on the one that is shared with it. Powers of two: a sum tells its parts. */
  own: number;
  share: number;
}

async function make({ parents, sharers }: World): Promise<Made[]> {
  const made: Made[] = [];
  for (const [place, parent] of parents.entries()) {
    const [name, secret] = [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')];
    const parentCompanyId = parent === null ? null : made[parent]!.companyId;
    const { id: companyId } = await api.stores.companies.create({ name, timeZone: 'UTC', parentCompanyId }, by);
    const things = await everything(api, companyId);
    await api.stores.users.create({ companyId, name: secret, email: 'a@example.com', phone: null, role: 'viewer' }, by);
    const note = {
      connectionId: things['connectionId']!,
      body: secret,
      sourceLabel: 'Twilio',
      from: '2026-11-01',
      until: '2026-11-02',
    };
    const pointing = { action: 'Read.', activityId: things['activityId']!, automationRunId: null, state: 'published' as const };
    await api.stores.notes.create({ companyId, ...note, ...pointing }, by);
    const sharedConnectionId = await connection(api, companyId);
    const keys = await Promise.all(
      callers.map(async (role) => [role, (await api.stores.apiKeys.create({ companyId, role, label: role }, by)).key] as const),
    );
    const { companyId: _, providerKey: __, ...innerThings } = things;
    made.push({
      companyId,
      things,
      keys: Object.fromEntries(keys) as Made['keys'],
      outer: [companyId, name],
      // An event's id is a number, which any answer may hold.
      inner: [...Object.values(innerThings).filter((id) => id.includes('_')), sharedConnectionId, secret],
      sharedConnectionId,
      own: 4 ** place,
      share: sharers[place] === null ? 0 : 2 * 4 ** place,
    });
  }
  for (const [place, company] of made.entries()) {
    await deliver(company, company.things['connectionId']!, company.own);
    const sharer = sharers[place];
    if (sharer === null) continue;
    const connectionId = made[sharer!]!.sharedConnectionId;
    await api.stores.franchiseKeys.change(
      { connectionId, keys: [{ value: company.outer[1]!, companyId: company.companyId }] },
      by,
    );
    await deliver(company, connectionId, company.share);
  }
  const deps = { app: api.stores, getProvider } as unknown as ActivityDeps;
  for (const { companyId, things, sharedConnectionId } of made)
    for (const connectionId of [things['connectionId']!, sharedConnectionId]) {
      await saveMetrics(deps, await api.stores.connections.get(connectionId));
      await api.stores.connections.markSucceeded(connectionId, new Date());
      await api.stores.cards.save({ companyId, connectionId, metricKey, nextAction: 'Wait.', explanation: 'One.' });
    }
  return made;
}

async function deliver({ companyId }: Made, connectionId: string, count: number): Promise<void> {
  const at = new Date(Date.now() - 1_000).toISOString();
  const records = Array.from({ length: count }, (_, index): CanonicalRecord => {
    const nothing = {
      fromAddress: null,
      toAddress: null,
      body: null,
      segments: null,
      errorCode: null,
      price: null,
      currency: null,
    };
    const fields = { ...nothing, direction: 'outbound' as const, status: 'delivered' as const, sentAt: at };
    return { object: 'message', externalId: `${companyId}${index}`, sourceUpdatedAt: at, companyId, fields };
  });
  const { companyId: owner } = await api.stores.connections.get(connectionId);
  await api.stores.records.applyRecords({ connectionId, companyId: owner, mappingVersion: 1, records });
}

/** What only Temporal knows, which is away here: `test/api/workflows.test.ts` asks these. */
const asksTemporal = ['/connections/:connectionId/onboarding', '/connections/:connectionId/onboarding/stream'];
/** Numbers without a name, which the test after this one adds up, and lists that nothing stands in here. Every other answer must name. */
const mayNameNothing = [
  '/companies/:companyId/audit/verification',
  '/companies/:companyId/portal/cards',
  '/companies/:companyId/portal/reports',
  '/companies/:companyId/rates',
  '/companies/:companyId/rollup',
  '/companies/:companyId/summaries',
  '/connections/:connectionId/api-calls',
  '/connections/:connectionId/credentials',
  '/connections/:connectionId/franchise-keys',
  '/connections/:connectionId/mappings',
  '/connections/:connectionId/mappings/:objectKey/draft',
  '/connections/:connectionId/mappings/:objectKey/remap',
  '/connections/:connectionId/onboarding/cards',
  '/connections/:connectionId/opt-outs',
  '/connections/:connectionId/reconciliations',
  '/connections/:connectionId/run-days',
  '/connections/:connectionId/senders',
  '/connections/:connectionId/source-fields',
  '/connections/:connectionId/stages',
  '/runs/:runId/errors',
  '/users/:userId/notices',
];
/** What a route must be asked with. A new route that needs more is answered 400 below, and the test says so. */
const queries: Record<string, string> = {
  '/companies/:companyId/audit/export': '?from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z',
};
/** In one's own audit log stands which ids one asked for in vain: what the caller sent, and nothing else of another company. */
const withoutSent = (text: string) => text.replaceAll(/"subject":"\w+","outcome":"refused"/g, '');
const byValue = (a: number, b: number) => a - b;
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

describe('On random trees of companies', () => {
  it('no answer tells of a sibling, of what is above, or of what is inside a franchise', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        const made = await make(world);
        for (const [mine, caller] of made.entries()) {
          const isBelow = (place: number) => allAbove(world.parents, place).includes(mine);
          const hidden = made.flatMap(({ outer, inner }, place) =>
            place === mine ? [] : isBelow(place) ? inner : [...outer, ...inner],
          );
          const seen = new Set<string>();
          /** Routes whose answer to the caller names something of the caller's. */
          const telling = new Set<string>();
          // What is the caller's own comes first: what is asked for in vain fills the newest page of its audit log.
          for (const target of [caller, ...made.filter((other) => other !== caller)])
            for (const role of callers) {
              const ask = async (route: Route) => {
                const path = `${fill(route.path, target.things)}${queries[route.path] ?? ''}`;
                const answer = await api.call('GET', path, { key: caller.keys[role] });
                const told = `${role} GET ${route.path}: ${answer.status}`;
                expect([told, hidden.filter((token) => withoutSent(answer.text).includes(token))]).toEqual([told, []]);
                if (target !== caller) return;
                const isOurs = isAllowed(role, route.permission);
                if (isOurs && asksTemporal.includes(route.path)) expect([503, 504]).toContain(answer.status);
                else expect(told).toBe(`${role} GET ${route.path}: ${isOurs ? 200 : 403}`);
                const own = [...caller.inner, ...caller.outer].filter((token) => answer.text.includes(token));
                for (const token of own) seen.add(token);
                if (answer.status === 200 && own.length > 0) telling.add(route.path);
              };
              await Promise.all(reading.filter(({ permission }) => role !== 'client' || isAllowed(role, permission)).map(ask));
            }
          // Nothing is proved by answers that hold nothing.
          expect([...caller.inner, ...caller.outer].filter((token) => !seen.has(token))).toEqual([]);
          const open = reading.filter(({ permission }) => isAllowed('company_admin', permission)).map(({ path }) => path);
          const silent = open.filter((path) => !telling.has(path));
          expect(silent.filter((path) => ![...asksTemporal, ...mayNameNothing].includes(path))).toEqual([]);
        }
      }),
      { numRuns: 5 },
    );
  }, 240_000);

  it('cards and roll-ups add up exactly what is the caller’s and below', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        const made = await make(world);
        for (const [mine, caller] of made.entries()) {
          const within = made.filter((_, place) => place === mine || allAbove(world.parents, place).includes(mine));
          const whole = sum(within.map(({ own, share }) => own + share));
          const { body } = await api.call('GET', `/v1/companies/${caller.companyId}/rollup`, { key: caller.keys.company_admin });
          const rolled = body.items.find(({ metric }: { metric: string }) => metric === metricKey);
          expect(rolled).toMatchObject({ value: String(whole), reporting: within.length, total: within.length, missing: [] });

          const sharer = world.sharers[mine];
          const shared = sum(made.filter((_, place) => world.sharers[place] === mine).map(({ share }) => share));
          const expected = [
            caller.own,
            shared,
            ...(sharer !== null && sharer !== mine ? [caller.share] : []),
            ...(within.length > 1 ? [whole] : []),
          ];
          const cards = await api.call('GET', `/v1/companies/${caller.companyId}/portal/cards`, { key: caller.keys.client });
          const values = cards.body.items
            .filter(({ title }: { title: string }) => title.startsWith('Text messages delivered'))
            .map(({ current }: { current: { value: string } }) => Number(current.value));
          expect(values.toSorted(byValue)).toEqual(expected.toSorted(byValue));
        }
      }),
      { numRuns: 6 },
    );
  }, 120_000);
});
