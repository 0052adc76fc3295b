import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { definitionOf, type MetricKey } from '../../domain/metrics.ts';
import type { CanonicalRecord } from '../../domain/records.ts';
import { write } from '../../db/sql.ts';
import { deal, stages, timeOf } from './deals.ts';
import { by, connectedCompany, openStores, pageOf, servers, type Connected, type OpenStores } from './stores.ts';

const until = new Date(timeOf('2026-11-20'));

describe.each(servers)('metrics of deals on $name', ({ server }) => {
  let stores: OpenStores;
  let at: Connected;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());
  beforeEach(async () => {
    at = await connectedCompany(stores.app);
    await stores.app.pipelineStages.refresh(at.connectionId, stages, until);
  });
  const keep = (...records: CanonicalRecord[]) => stores.app.records.savePage(pageOf(at, records));
  const compute = (key: MetricKey) => stores.app.metrics.compute(at.connectionId, key, until);
  const value = async (key: MetricKey) => (await compute(key)).value;

  it('counts a deal that moved on once, however far; neither one that went back nor one that changed its pipeline', async () => {
    await keep(
      deal('far', [['new', '2026-11-01'], ['offer', '2026-11-02'], ['talks', '2026-11-03']]), // prettier-ignore
      deal('back', [['talks', '2026-11-01'], ['new', '2026-11-02']]), // prettier-ignore
      deal('other', [['new', '2026-11-01'], ['repair', '2026-11-02']]), // prettier-ignore
      deal('won', [['new', '2026-11-01'], ['won', '2026-11-02']]), // prettier-ignore
      deal('lost', [['new', '2026-11-01'], ['lost', '2026-11-02']]), // prettier-ignore
      deal('early', [['new', '2026-09-01'], ['offer', '2026-09-02']]), // prettier-ignore
    );
    expect(await value('deals_moved_forward')).toBe('2');
  });

  it('counts as won what is still won at the end of the period, and takes the rate from what was decided', async () => {
    await keep(
      deal('won', [['new', '2026-11-01'], ['won', '2026-11-02']]), // prettier-ignore
      deal('reopened', [['new', '2026-11-01'], ['won', '2026-11-02'], ['talks', '2026-11-03']]), // prettier-ignore
      deal('twice', [['won', '2026-11-02'], ['lost', '2026-11-03'], ['won', '2026-11-04']]), // prettier-ignore
      deal('lost', [['new', '2026-11-01'], ['lost', '2026-11-02']]), // prettier-ignore
    );
    expect(await value('deals_won')).toBe('2');
    expect(await value('win_rate')).toBe('66.7');
    // As it was known on the second: the later steps are not yet made.
    const early = await stores.app.metrics.compute(at.connectionId, 'deals_won', new Date(timeOf('2026-11-02T18:00')));
    expect(early.value).toBe('3');
  });

  it('has no rate and no median of nothing, and says 0 where nothing is counted', async () => {
    expect([await value('win_rate'), await value('median_days_in_stage')]).toEqual([null, null]);
    expect([await value('deals_won'), await value('deals_won_value'), await value('deals_stalled')]).toEqual(['0', '0', '0']);
  });

  it('sums what won deals are worth in the currency of most, and counts what it left out', async () => {
    const won = (id: string, fields: object) => deal(id, [['new', '2026-11-01'], ['won', '2026-11-02']], fields); // prettier-ignore
    await keep(
      won('a', { amount: '1000.50' }),
      won('b', { amount: '2000' }),
      won('c', { amount: '700', currency: 'EUR' }),
      won('d', { amount: null }),
      deal('open', [['new', '2026-11-01']], { amount: '9' }),
    );
    expect(await compute('deals_won_value')).toEqual({ value: '3000.5', currency: 'USD', leftOut: 2 });
  });

  it('stays with the currency that its values were first told in', async () => {
    const { companyId, connectionId } = at;
    const won = (id: string, currency: string) => deal(id, [['won', '2026-11-02']], { currency });
    await keep(won('a', 'EUR'));
    const first = { companyId, connectionId, metricKey: 'deals_won_value' as const, kind: 'baseline' as const, at: until };
    await stores.app.metrics.saveSnapshot({ ...first, ...(await compute('deals_won_value')) });
    await keep(won('b', 'USD'), won('c', 'USD'));
    expect(await compute('deals_won_value')).toEqual({ value: '100', currency: 'EUR', leftOut: 2 });
  });

  it('takes the median of the days in open stages, of an odd and of an even number of steps', async () => {
    await keep(
      deal('a', [['new', '2026-11-01'], ['offer', '2026-11-02']]), // prettier-ignore
      deal('b', [['new', '2026-11-01'], ['offer', '2026-11-05']]), // prettier-ignore
      deal('c', [['new', '2026-11-01'], ['won', '2026-11-10'], ['lost', '2026-11-11']]), // prettier-ignore
    );
    expect(await value('median_days_in_stage')).toBe('4');
    await keep(deal('d', [['new', '2026-11-01'], ['offer', '2026-11-07']])); // prettier-ignore
    expect(await value('median_days_in_stage')).toBe('5');
  });

  it('calls an open deal stalled after 14 days without a step, and none that is closed or began lately', async () => {
    await keep(
      deal('still', [['new', '2026-10-01']]),
      deal('moved', [['new', '2026-10-01'], ['offer', '2026-11-10']]), // prettier-ignore
      deal('won', [['new', '2026-10-01'], ['won', '2026-10-02']]), // prettier-ignore
      deal('fresh', [['new', '2026-11-19']]),
      deal('untold', [], { openedAt: timeOf('2026-10-01') }),
    );
    expect(await value('deals_stalled')).toBe('2');
  });

  it('counts a deal that the provider no longer has nowhere', async () => {
    await keep(
      deal('gone', [['new', '2026-10-01'], ['won', '2026-11-02']]), // prettier-ignore
      deal('still', [['new', '2026-10-01']]),
    );
    const records = ['gone', 'still'].map((externalId) => ({ externalId, at: timeOf('2026-11-03'), mergedInto: null }));
    await stores.app.records.savePage({ ...pageOf(at, [], '{"page":2}'), deleted: { object: 'deal', records } });
    for (const key of ['deals_moved_forward', 'deals_won', 'deals_won_value', 'deals_stalled'] as const)
      expect(await value(key)).toBe('0');
    expect(await value('win_rate')).toBeNull();
  });

  it('follows an admin who says what a stage means', async () => {
    await keep(deal('a', [['new', '2026-11-01'], ['talks', '2026-11-02']])); // prettier-ignore
    const [talks] = (await stores.app.pipelineStages.list(at.connectionId)).filter(({ externalId }) => externalId === 'talks');
    const { companyId, connectionId } = at;
    await stores.app.pipelineStages.map({ connectionId, companyId, stages: [{ ...talks!, kind: 'won', was: talks! }] }, by);
    expect(await value('deals_won')).toBe('1');
  });

  it('gives each company that feeds the connection its own value, a rate too', async () => {
    const [north, south] = await Promise.all(
      ['North', 'South'].map((name) => stores.app.companies.create({ name, timeZone: 'UTC', parentCompanyId: at.companyId }, by)),
    );
    await stores.app.franchiseKeys.change(
      {
        connectionId: at.connectionId,
        keys: [{ value: 'n', companyId: north!.id }, { value: 's', companyId: south!.id }], // prettier-ignore
      },
      by,
    );
    const of = (companyId: string, record: CanonicalRecord) => ({ ...record, companyId });
    await keep(
      of(north!.id, deal('a', [['new', '2026-11-01'], ['won', '2026-11-03']])), // prettier-ignore
      of(north!.id, deal('b', [['new', '2026-11-01'], ['lost', '2026-11-05']])), // prettier-ignore
    );
    const shares = async (metricKey: MetricKey) => {
      const input = { connectionId: at.connectionId, metricKey, at: until };
      const measured = await stores.app.shares.measure(input);
      await stores.app.shares.keep(input, measured);
      expect(measured.whole).toEqual(await compute(metricKey));
      return Object.fromEntries(await stores.app.shares.of(at.connectionId, metricKey));
    };
    expect(await shares('deals_won_value')).toEqual({ [north!.id]: '100', [south!.id]: '0' });
    expect(await shares('win_rate')).toEqual({ [north!.id]: '50', [south!.id]: null });
    expect(await shares('median_days_in_stage')).toEqual({ [north!.id]: '3', [south!.id]: null });
  });

  it('keeps no definition that lacks source, period, unit or client meaning', async () => {
    const { source, period, unit, clientMeaning } = definitionOf('deals_won');
    const insert = (values: object) =>
      write(
        stores.appDb,
        `INSERT INTO metric_definitions (metric_key, title, source, period, unit, client_meaning)
         VALUES ('calls', 'Calls', :source, :period, :unit, :clientMeaning)`,
        { source, period, unit, clientMeaning, ...values },
      );
    for (const lacking of [{ source: '' }, { period: ' ' }, { unit: '' }, { clientMeaning: ' ' }])
      await expect(insert(lacking)).rejects.toThrow('metric_definitions_complete');
    await expect(insert({ unit: null })).rejects.toThrow(/unit/);
  });
});
