import { describe, expect, it } from '@jest/globals';
import { judgeActs, type ActFacts, type MetricAct } from '../../domain/metric-acts.ts';
import { definitionOf } from '../../domain/metrics.ts';

const days = { from: '2026-11-16', until: '2026-11-22' };
const nothing: ActFacts = { value: null, previous: null, baseline: null };
const judge = (act: MetricAct, facts: Partial<ActFacts>) =>
  judgeActs({ title: 'Win rate', unit: '%', acts: [act] }, { ...nothing, ...facts }, days)[0]!;
const fell: MetricAct = { makes: 'admin_task', when: 'fell', against: 'baseline', percent: 30, from: 10 };

describe('a rule of a metric', () => {
  it.each([
    ['by exactly its percentage', { value: '28', baseline: '40' }, true],
    ['by less', { value: '28.1', baseline: '40' }, false],
    ['from little', { value: '0', baseline: '9' }, false],
    ['without a baseline', { value: '1' }, false],
    ['without a value', { baseline: '40' }, false],
  ])('about a fall is judged %s', (_what, facts, met) => {
    expect(judge(fell, facts).met).toBe(met);
  });

  it.each([
    ['15', true],
    ['14.9', false],
  ])('about a rise over the period before is judged at %s', (value, met) => {
    expect(judge({ ...fell, when: 'rose', against: 'previous', percent: 50 }, { value, previous: '10' }).met).toBe(met);
  });

  it('says what it saw in a sentence', () => {
    expect(judge(fell, { value: '25', baseline: '40' }).sentence).toBe(
      '"Win rate" fell to 25 % from 2026-11-16 to 2026-11-22, after 40 % at onboarding.',
    );
  });
});

it('makes a task of a win rate that is 30 % below its baseline, and an incident of texts that stop arriving', () => {
  const met = (key: 'win_rate' | 'delivery_rate', value: string, baseline: string) =>
    judgeActs(definitionOf(key), { value, baseline, previous: null }, days).filter((judged) => judged.met).map(({ act }) => act.makes); // prettier-ignore
  expect(met('win_rate', '28', '40')).toEqual(['admin_task']);
  expect(met('win_rate', '29', '40')).toEqual([]);
  expect(met('delivery_rate', '70', '98')).toEqual(['incident']);
});
