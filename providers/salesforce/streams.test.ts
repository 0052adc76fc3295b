import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from '../contract.ts';
import { createProviderHttp, type HttpCall } from '../http.ts';
import { contacts } from './contacts.ts';
import { deals } from './deals.ts';
import { salesforce } from './index.ts';
import { changingContacts, changingDeals, client, setUpSalesforce, type SalesforceFixture } from './salesforce.fixture.ts';

interface Told {
  id: string;
  name: string;
  stage: string;
  changedAt: string;
  isDeleted: boolean;
  /** Of opportunities. */
  steps?: { stage: string; at: string }[];
}

describe('Salesforce’s streams', () => {
  let fixture: SalesforceFixture;
  const calls: HttpCall[] = [];
  let orgId: string;
  let instanceUrl: string;
  beforeAll(async () => {
    fixture = await setUpSalesforce();
  });
  afterAll(() => fixture.close());
  beforeEach(async () => {
    ({ orgId, instanceUrl } = (await control('createOrg', { rowsPerAnswerMax: 7 })) as { orgId: string; instanceUrl: string });
    calls.length = 0;
  });

  const control = (verb: string, input: Record<string, unknown> = {}) => fixture.control(verb, input) as Promise<any>;
  const newSession = async () => (await control('createGrant', { clientId: client.clientId, orgId })).accessToken as string;
  const contextOf = (accessToken: string) => {
    const { baseUrl: vendorBaseUrl, hosts } = salesforce;
    const log = (call: HttpCall) => void calls.push(call);
    const http = createProviderHttp({ vendorBaseUrl, baseUrl: fixture.baseUrl, hosts, timeoutMs: 2_000, log });
    return { http, credentials: { accessToken, instanceUrl }, settings: { opportunityFields: [] } };
  };
  const fetchPage = (stream: typeof deals, accessToken: string, cursor: string | null) =>
    stream.fetchPage(contextOf(accessToken), { cursor, now: new Date(), pageSize: 1_000 });
  /** A whole run; `before` each further page something may happen, and the session may be another. */
  const run = async (
    stream: typeof deals,
    from: string | null,
    before: (page: Page) => Promise<string | void> = async () => {},
  ): Promise<Page[]> => {
    let session = await newSession();
    const pages = [await fetchPage(stream, session, from)];
    while (!pages.at(-1)!.done && pages.length < 200) {
      session = (await before(pages.at(-1)!)) ?? session;
      pages.push(await fetchPage(stream, session, pages.at(-1)!.cursor));
    }
    return pages;
  };
  const idsOf = (pages: Page[]) => pages.flatMap(({ records }) => (records as { Id: string }[]).map(({ Id }) => Id));
  const truth = async () => (await control('truth', { orgId })) as { opportunities: Told[]; contacts: Told[] };
  const queries = () => calls.filter(({ path }) => path.includes('/queryAll?')).length;
  const later = { apartS: 5, newestAgoS: 20 };

  describe('whose links to the rest are gone', () => {
    it.each([
      ['have expired', async () => void (await control('expireLocators'))],
      ['belong to a session that was renewed', () => newSession()],
    ])('because they %s, go on behind the last row and lose and double nothing', async (_, before) => {
      await control('createOpportunities', { orgId, count: 40, ...later });
      const pages = await run(deals, null, before);
      const ids = idsOf(pages);
      expect(pages).toHaveLength(6);
      expect(ids.toSorted()).toEqual((await truth()).opportunities.map(({ id }) => id).toSorted());
      // Each page and its history are asked for by queries of their own.
      expect(queries()).toBe(12);
    });

    it('go on within one second, where only the id tells rows apart', async () => {
      await control('createOpportunities', { orgId, count: 40, apartS: 0, newestAgoS: 20 });
      const ids = idsOf(await run(deals, null, async () => void (await control('expireLocators'))));
      expect(ids.toSorted()).toEqual((await truth()).opportunities.map(({ id }) => id).toSorted());
    });

    it('do not jump ahead with a row that changed since, though it comes in its old place with its new time', async () => {
      await control('createOpportunities', { orgId, count: 30, ...later });
      const old = (await truth()).opportunities.map(({ id }) => id);
      const seen = await run(deals, null, async ({ records, cursor }) => {
        // The last row of the page that comes next is changed, and then the rest is forgotten.
        const last = (records.at(-1) as { Id: string }).Id;
        const place = old.indexOf(last) + 7;
        if (!old[place] || !cursor) return;
        await control('changeOpportunity', { orgId, id: old[place], amount: place });
        if (place > 14) await control('expireLocators');
      });
      expect(new Set(idsOf(seen))).toEqual(new Set(old));
    });

    it('fail as ended credentials when the session itself has ended', async () => {
      await control('createOpportunities', { orgId, count: 20, ...later });
      const session = await newSession();
      const { cursor } = await fetchPage(deals, session, null);
      await control('endAccessTokens', { orgId });
      const error: unknown = await fetchPage(deals, session, cursor).catch((thrown: unknown) => thrown);
      expect(salesforce.classify(error)).toMatchObject({ code: 'credentials_rejected', providerCode: 'INVALID_SESSION_ID' });
      const rest = await fetchPage(deals, await newSession(), cursor);
      expect(rest.records).toHaveLength(7);
    });
  });

  it.each(['opportunities', 'contacts'] as const)(
    'give %s as they are in the end, whatever changes, expires and is renewed in between',
    async (kind) => {
      const [stream, changing] =
        kind === 'opportunities' ? [deals, changingDeals(control, orgId)] : [contacts, changingContacts(control, orgId)];
      await control('createOpportunities', { orgId, count: 30, movesEach: 2, apartS: 1, newestAgoS: 0 });
      for (let place = 0; place < 20; place += 1) await control('createContact', { orgId, name: `Contact ${place}` });
      const known = new Map<string, { at: string; steps: unknown }>();
      const steps = (raw: unknown) => stream.movements?.(raw).map(({ to, at }) => ({ stage: to, at }));
      const apply = ({ records, deleted = [] }: Page) => {
        for (const raw of records as { Id: string; SystemModstamp: string }[])
          known.set(raw.Id, { at: new Date(raw.SystemModstamp).toISOString(), steps: steps(raw) });
        for (const { externalId } of deleted) known.delete(externalId);
      };
      let cursor: string | null = null;
      for (let round = 0; round < 6; round += 1) {
        let changes = 0;
        const pages: Page[] = await run(stream, cursor, async () => {
          if ((changes += 1) >= 12) return undefined; // what is lost without end has no end
          if (round < 5) for (let n = 0; n < 3; n += 1) await changing.change();
          const chance = Math.random();
          if (chance < 0.3) await control('expireLocators');
          return chance > 0.7 ? newSession() : undefined;
        });
        pages.forEach(apply);
        ({ cursor } = pages.at(-1)!);
      }
      const there = (await truth())[kind].filter(({ isDeleted }) => !isDeleted);
      const expected = there.map(({ id, changedAt, steps: told = [] }) => {
        const moves = told.filter(({ stage }, place) => stage !== told[place - 1]?.stage);
        return [id, { at: changedAt, steps: kind === 'opportunities' ? moves : undefined }];
      });
      expect(Object.fromEntries(known)).toEqual(Object.fromEntries(expected));
    },
  );

  it('tell what was deleted, restored, merged and erased for good', async () => {
    const made = async (name: string) => (await control('createContact', { orgId, name })).id as string;
    const [kept, merged, deleted] = [await made('Kept'), await made('Merged'), await made('Deleted')];
    const first = await run(contacts, null);
    await control('mergeContacts', { orgId, into: kept, ids: [merged] });
    await control('deleteRecords', { orgId, ids: [deleted] });
    const second = await run(contacts, first.at(-1)!.cursor);
    expect(idsOf(second)).toEqual([kept]);
    expect(second.flatMap((page) => page.deleted)).toEqual([
      { externalId: merged, at: expect.stringMatching(/Z$/), mergedInto: kept },
      { externalId: deleted, at: expect.stringMatching(/Z$/), mergedInto: null },
    ]);
    await control('restoreRecords', { orgId, ids: [deleted] });
    expect(idsOf(await run(contacts, second.at(-1)!.cursor))).toContain(deleted);
    const third = await run(contacts, second.at(-1)!.cursor);
    const aMinuteAgo = new Date(Date.now() - 90_000).toISOString();
    await control('eraseRecords', { orgId, ids: [deleted], at: aMinuteAgo });
    const fourth = await run(contacts, third.at(-1)!.cursor);
    expect(fourth.flatMap((page) => page.deleted).find((each) => each?.externalId === deleted)).toMatchObject({
      at: `${aMinuteAgo.slice(0, 19)}.000Z`,
      mergedInto: null,
    });
    const context = contextOf(await newSession());
    const asked = await contacts.fetchByIds!(context, { externalIds: [kept, merged, deleted, 'no id at all'], now: new Date() });
    expect(asked.records).toEqual([expect.objectContaining({ Id: kept })]);
    expect(asked.deleted!.map(({ externalId, mergedInto }) => [externalId, mergedInto])).toEqual([
      [merged, kept],
      [deleted, null],
      ['no id at all', null],
    ]);
  });

  it('begin anew when the connection is of another org since', async () => {
    await control('createOpportunities', { orgId, count: 20, ...later });
    const { cursor } = await fetchPage(deals, await newSession(), null);
    const other = await control('createOrg', { rowsPerAnswerMax: 7 });
    ({ orgId, instanceUrl } = other);
    await control('createOpportunities', { orgId, count: 12, apartS: 3_600, newestAgoS: 7_200 });
    const ids = idsOf(await run(deals, cursor));
    expect(ids.toSorted()).toEqual((await truth()).opportunities.map(({ id }) => id).toSorted());
  });
});
