import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { remindOfEnds } from '../../activities/manual-values.ts';
import { Conflict, NotFound } from '../../db/errors.ts';
import { buildCard } from '../../domain/card.ts';
import { definitionOf, type MetricKey } from '../../domain/metrics.ts';
import { periodAt } from '../../domain/periods.ts';
import { by, connectedCompany, message, openStores, pageOf, servers, type Connected, type OpenStores } from './stores.ts';

const week = periodAt('week', new Date('2026-11-18T12:00:00Z'), 'UTC');
const days = { periodStart: '2026-11-16', periodEnd: '2026-11-20' };
const inAnHour = () => new Date(Date.now() + 3_600_000);
const before = () => new Date(Date.now() - 1);

describe.each(servers)('values by hand on $name', ({ server }) => {
  let stores: OpenStores;
  let at: Connected;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());
  beforeEach(async () => {
    at = await connectedCompany(stores.app);
    await stores.app.cards.save({ ...metric(), nextAction: 'Wait.', explanation: 'None yet.' });
  });

  const metric = (metricKey: MetricKey = 'messages_delivered') => ({
    companyId: at.companyId,
    connectionId: at.connectionId,
    metricKey,
  });
  const facts = async () => (await stores.app.cards.facts({ companyId: at.companyId }))[0]!;
  const shown = async () => (await facts()).current;
  const enter = (value: string, more: { periodEnd?: string; expiresAt?: Date; metricKey?: MetricKey } = {}) =>
    stores.app.manualValues.enter(
      { ...metric(), ...days, value, reason: 'The provider is down.', expiresAt: inAnHour(), ...more },
      by,
    );
  const show = async (...given: Parameters<typeof enter>) => {
    const { snapshotId } = await enter(...given);
    await stores.app.manualValues.activate([snapshotId]);
    return snapshotId;
  };
  const handBack = (moment = new Date()) => stores.app.manualValues.handBack(at.connectionId, moment, 'engine');
  const tasks = async () => (await stores.app.tasks.list({ companyId: at.companyId, open: true, limit: 9 })).items;

  it('are shown once they are accepted, all or none, and give way to the source’s own of the same days with the difference', async () => {
    const { manualValues, metrics, records } = stores.app;
    const first = await enter('41');
    expect(await shown()).toBeNull();
    await manualValues.activate([first.snapshotId]);
    await manualValues.activate([first.snapshotId]);
    expect(await shown()).toMatchObject({ value: '41', enteredByPerson: true });
    const second = await show('40.5');
    const unwanted = await enter('99');
    await manualValues.discard([unwanted.snapshotId]);
    const other = await enter('7', { metricKey: 'messages_received' });
    await expect(manualValues.activate([other.snapshotId, unwanted.snapshotId])).rejects.toThrow(Conflict);
    await expect(manualValues.activate(['snap_none'])).rejects.toThrow(NotFound);
    expect(await facts()).toMatchObject({
      current: { value: '40.5', enteredByPerson: true },
      byHandDays: { from: days.periodStart, until: days.periodEnd },
      byHandEnded: false,
    });
    expect(await manualValues.list(at.connectionId)).toMatchObject([{ id: second, standing: 'shown', enteredBy: by.actor }]);

    const sent = { status: 'delivered' as const };
    await records.savePage(
      pageOf(at, [message('SM1', { ...sent, sentAt: '2026-11-18T10:00:00.000Z' }), message('SM2', { ...sent, sentAt: '2026-11-01T10:00:00.000Z' })]), // prettier-ignore
    );
    const now = new Date();
    now.setMilliseconds(250);
    await metrics.saveSnapshot({ ...metric(), kind: 'current', value: '2', at: now, runId: at.runId });
    const compared = { metricKey: 'messages_delivered', manualValue: '40.5', providerValue: '1', difference: '-39.5', ...days };
    expect(await handBack(now)).toEqual([{ ...compared, snapshotId: second }]);
    expect(await handBack(now)).toEqual([{ ...compared, snapshotId: second }]);
    expect(await handBack()).toEqual([]);
    expect(await shown()).toMatchObject({ value: '2', enteredByPerson: false });
    expect(await manualValues.reconciliations(at.connectionId)).toMatchObject([
      { ...compared, enteredBy: by.actor, reason: 'The provider is down.', handedBackBy: 'engine', at: now },
    ]);
    await stores.app.connections.setState(at.connectionId, 'active', 'Back.', 'test');
    await stores.app.connections.markSucceeded(at.connectionId, now);
    const card = buildCard({ ...(await facts()), metric: definitionOf('messages_delivered'), providerLabel: 'Twilio', now: now.toISOString() }); // prettier-ignore
    expect(card.statusSentence).toMatch(
      /^Up to date\. On \d+ \w+ the value was entered by a person; the source has since confirmed 1, where the person had entered 40\.5\.$/,
    );
  });

  it('end by themselves when they are read: on the card, in roll-ups, and with one task before and one after', async () => {
    const { manualValues, metrics, rollUps } = stores.app;
    await metrics.saveSnapshot({ ...metric(), kind: 'current', value: '3', at: new Date('2026-11-20T00:00:00Z') });
    const rolled = async () =>
      (await rollUps.feeds(at.companyId)).find(({ metricKey }) => metricKey === 'messages_delivered')!.value;
    const id = await show('41', { expiresAt: inAnHour() });
    const remind = () => remindOfEnds({ app: stores.app, now: () => new Date() });
    await remind();
    await remind();
    expect(await rolled()).toMatchObject({ value: '41', enteredByPerson: true });
    expect(await tasks()).toMatchObject([{ cause: 'manual_value_ends', subject: id, repeats: 0 }]);
    await stores.appDb.query('UPDATE metric_snapshots SET expires_at = UTC_TIMESTAMP(3) WHERE id = ?', { replacements: [id] });
    expect(await facts()).toMatchObject({ current: { value: '3', enteredByPerson: false }, byHandEnded: true, byHandDays: null });
    expect(await rolled()).toMatchObject({ value: '3', enteredByPerson: false });
    expect(await manualValues.list(at.connectionId)).toMatchObject([{ id, standing: 'ended' }]);
    await remind();
    await remind();
    expect(await tasks()).toMatchObject([{ cause: 'manual_value_ended', subject: id, repeats: 0 }]);
    expect(await manualValues.standsByHand(at.connectionId)).toBe(true);
    expect(await handBack()).toMatchObject([{ snapshotId: id }]);
    expect(await manualValues.standsByHand(at.connectionId)).toBe(false);
  });

  it('of another period and those that a person took away are compared too, and the last word of each period counts', async () => {
    const { manualValues } = stores.app;
    const later = { periodEnd: '2026-11-19' };
    await show('10');
    await show('20', later);
    await show('21', later);
    const { ended, shown: left } = await manualValues.end(
      { connectionId: at.connectionId, metricKeys: ['messages_delivered'] },
      { actor: 'user_b' },
    );
    expect([ended.length, left, await shown()]).toEqual([1, 0, null]);
    expect(await manualValues.end({ connectionId: at.connectionId, metricKeys: null }, by)).toEqual({ ended: [], shown: 0 });
    expect(await manualValues.standsByHand(at.connectionId)).toBe(true);
    const rows = await handBack();
    expect(
      rows.map(({ manualValue, periodEnd }) => [manualValue, periodEnd]).toSorted(([, a], [, b]) => b!.localeCompare(a!)),
    ).toEqual([
      ['10', '2026-11-20'],
      ['21', '2026-11-19'],
    ]);
    expect(await handBack()).toEqual([]);
  });

  it('stay while the source’s own is under review', async () => {
    const { heldValues, manualValues } = stores.app;
    await show('41');
    const held = { value: '0', currency: null, leftOut: 0, sentence: 'It would be 0.', at: new Date() };
    const { id } = await heldValues.hold({ ...metric(), ...held });
    expect(await handBack()).toEqual([]);
    expect(await manualValues.standsByHand(at.connectionId)).toBe(true);
    expect(await shown()).toMatchObject({ value: '41' });
    await heldValues.release(id);
    expect(await handBack()).toMatchObject([{ manualValue: '41' }]);
  });

  it('of exactly a week stand as that week’s, marked, until the source is back', async () => {
    const { periodValues, reports, records } = stores.app;
    const take = () => periodValues.take({ ...metric(), period: week, at: new Date(week.end.getTime() + 1) });
    const line = async () => {
      const ready = (await reports.ready({ companyId: at.companyId, period: week, previousKey: '' })).map((each) => ({ ...each, sourceLabel: 'Twilio' })); // prettier-ignore
      const { reportId } = await reports.create({ companyId: at.companyId, period: week, completeness: '', lines: ready });
      return (await reports.find(reportId))!.lines[0]!;
    };
    await take();
    await show('50', { periodEnd: week.lastDay });
    expect(await line()).toMatchObject({ value: '50', enteredByPerson: true, valueBefore: '0' });
    await take();
    expect(await line()).toMatchObject({ value: '50', enteredByPerson: true });
    await records.savePage(pageOf(at, [message('SM1', { status: 'delivered', sentAt: '2026-11-18T10:00:00.000Z' })]));
    await handBack();
    expect(await line()).toMatchObject({ value: '1', enteredByPerson: false, valueBefore: '50' });
    expect((await line()).recomputedAt).not.toBeNull();
  });

  it('that ended long ago, or of a connection that is gone, remind nobody', async () => {
    const id = await show('41', { expiresAt: inAnHour() });
    expect((await stores.app.manualValues.ending(before())).map((ending) => ending.id)).not.toContain(id);
    await stores.app.connections.setState(at.connectionId, 'disconnected', 'Gone.', 'test');
    expect((await stores.app.manualValues.ending(new Date(Date.now() + 86_400_000))).map((ending) => ending.id)).not.toContain(
      id,
    );
  });
});
