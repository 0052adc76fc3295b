import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startLab, type Lab } from './lab.ts';
import { runScenarios, type Result } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';

/** The short part of `npm run faults`: a handful of its rows, one for each kind of victim, on one stack of real processes. */
describe('a stack that is broken at named points', () => {
  const short = scenarios.filter(({ times }) => times.short > 0);
  let lab: Lab;
  let results: Result[];

  beforeAll(async () => {
    lab = await startLab();
    results = await runScenarios(lab, short, 'short');
  }, 600_000);
  afterAll(() => lab?.stop());

  it.each(short.map(({ name }) => name))('loses, doubles and leaves nothing: %s', (name) => {
    const { injected, checked, lost, doubled, stuck } = results.find((result) => result.name === name)!;
    expect({ lost, doubled, stuck }).toEqual({ lost: [], doubled: [], stuck: [] });
    expect(injected).toBeGreaterThan(0);
    expect(checked).toBeGreaterThan(0);
  });
});
