import { describe, expect, it } from '@jest/globals';
import { checkDefinition } from '../../domain/metric-definition.ts';
import { dealMetrics, definitionOf, metricDefinitions } from '../../domain/metrics.ts';

const whole = { key: 'calls', source: 'message', period: 'last_30_days', unit: 'calls', clientMeaning: 'Calls you took.' };

describe('a definition', () => {
  it.each([
    ['source', 'source'],
    ['period', 'period'],
    ['unit', 'unit'],
    ['clientMeaning', 'client meaning'],
  ] as const)('without %s is refused by its name, blank too', (field, name) => {
    const { [field]: _, ...without } = whole;
    for (const candidate of [without, { ...whole, [field]: ' ' }])
      expect(checkDefinition(candidate)).toMatchObject({ ok: false, missing: [name] });
  });

  it('is told all that it lacks at once', () => {
    expect(checkDefinition({ key: 'calls', unit: 'calls' })).toEqual({
      ok: false,
      missing: ['source', 'period', 'client meaning'],
      sentence:
        'The metric "calls" may not be tracked: it has no source, no period, no client meaning. All four are required: source, period, unit, client meaning.',
    });
  });

  it('with all four is taken, as every built-in one is', () => {
    expect([whole, ...metricDefinitions].map(checkDefinition)).toEqual([whole, ...metricDefinitions].map(() => ({ ok: true })));
  });
});

it('has one definition for each key, and the six of deals in one list', () => {
  expect(new Set(metricDefinitions.map(({ key }) => key)).size).toBe(metricDefinitions.length);
  expect(dealMetrics).toHaveLength(6);
  for (const key of dealMetrics) expect(definitionOf(key).key).toBe(key);
});

it('adds up no rate, no median and no money of several companies, and says why', () => {
  const summed = metricDefinitions.filter(({ rollUp }) => rollUp.how === 'sum').map(({ rule }) => rule.how);
  expect(new Set(summed)).toEqual(new Set(['count']));
  for (const { rollUp } of metricDefinitions) if (rollUp.how === 'left_out') expect(rollUp.reason).toMatch(/^[A-Z].+\.$/);
});
