import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Conflict, NotFound } from '../../db/errors.ts';
import { select, write } from '../../db/sql.ts';
import { levelsMax } from '../../domain/company-tree.ts';
import { by, openStores, servers, type OpenStores } from './stores.ts';

describe.each(servers)('the tree of companies on $name', ({ server }) => {
  let stores: OpenStores;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());

  const under = async (parentCompanyId: string | null, name = 'A') =>
    (await stores.app.companies.create({ name, timeZone: 'UTC', parentCompanyId }, by)).id;
  const lineOf = async (length: number) => {
    const line = [await under(null)];
    while (line.length < length) line.push(await under(line.at(-1)!));
    return line;
  };

  it('knows what is above and below, and lists a company with everything below it', async () => {
    const [central, region, franchise] = (await lineOf(3)) as [string, string, string];
    const sibling = await under(central);
    expect(await stores.app.companies.above(franchise)).toEqual([region, central]);
    expect(await stores.app.companies.above(central)).toEqual([]);
    expect((await stores.app.companies.below(central)).toSorted()).toEqual([region, franchise, sibling].toSorted());
    const first = await stores.app.companies.list({ companyId: central, limit: 3 });
    expect(first.items.map(({ id }) => id)).toEqual([sibling, franchise, region]);
    const rest = await stores.app.companies.list({ companyId: central, limit: 3, cursor: first.nextCursor! });
    expect(rest).toEqual({ items: [await stores.app.companies.find(central)], nextCursor: null });
  });

  it('moves a company with everything below it, and writes from where to where', async () => {
    const [from, company, franchise] = (await lineOf(3)) as [string, string, string];
    const to = await under(null);
    await stores.app.companies.move(company, to, by);
    expect(await stores.app.companies.above(franchise)).toEqual([company, to]);
    expect(await stores.app.companies.below(from)).toEqual([]);
    const [entry] = (await stores.app.audit.list({ companyId: company, limit: 1 })).items;
    expect(entry).toMatchObject({
      action: 'company.move',
      detail: { from, to },
    });
    expect((await stores.app.companies.move(company, null, by)).parentCompanyId).toBeNull();
  });

  it('refuses circles, too many levels, and a parent that is not there', async () => {
    const line = await lineOf(levelsMax);
    await expect(under(line.at(-1)!)).rejects.toThrow(Conflict);
    await expect(stores.app.companies.move(line[0]!, line[2]!, by)).rejects.toThrow('under itself');
    await expect(stores.app.companies.move(line[0]!, line[0]!, by)).rejects.toThrow('under itself');
    const pair = await lineOf(2);
    await expect(stores.app.companies.move(pair[0]!, line.at(-2)!, by)).rejects.toThrow('at most');
    await expect(stores.app.companies.move(pair[0]!, 'comp_none', by)).rejects.toThrow(NotFound);
    await expect(stores.app.companies.move(pair[1]!, pair[0]!, by)).rejects.toThrow('already');
  });

  it('stays without circles when moves cross each other', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => under(null)));
    for (let round = 0; round < 5; round += 1) {
      const moves = ids.map((id, place) => stores.app.companies.move(id, ids[(place + 1 + round) % ids.length]!, by));
      for (const result of await Promise.allSettled(moves))
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(Conflict);
    }
    const rows = await select<{ id: string; parent: string | null }>(
      stores.appDb,
      'SELECT id, parent_company_id AS parent FROM companies WHERE id IN (:ids)',
      { ids },
    );
    const parentOf = new Map(rows.map(({ id, parent }) => [id, parent]));
    for (const id of ids) {
      let at: string | null | undefined = id;
      for (let steps = 0; at; steps += 1) {
        expect(steps).toBeLessThan(ids.length);
        at = parentOf.get(at);
      }
    }
  });

  it('ends its walk where somebody put rows into a circle by hand', async () => {
    const [a, b] = (await lineOf(2)) as [string, string];
    await write(stores.appDb, 'UPDATE companies SET parent_company_id = :b WHERE id = :a', { a, b });
    expect((await stores.app.companies.above(a)).length).toBeLessThanOrEqual(levelsMax);
    expect(await stores.app.companies.list({ companyId: a, limit: 50 })).toBeDefined();
  });
});
