/** The detector on series whose anomalies are known. It was tuned on seeds 1 to 6; these are others. */
import { describe, expect, it } from '@jest/globals';
import { judgeFigure, toleranceAfter, type Measure, type Verdict } from '../../domain/anomaly.ts';
import { anomalySentence } from '../../domain/anomaly-words.ts';
import { stepEpisode, type OpenEpisode } from '../../domain/anomaly-episode.ts';
import { remember, slotReader, type Sample } from '../../domain/baseline.ts';
import { randomOf, seriesOf, shapes } from './anomaly-series.ts';
import { episodesOf, score, type Score } from './anomaly-walk.ts';

const seeds = [101, 102, 103];
const weeks = 13;
const share = (part: number, whole: number) => (whole === 0 ? 1 : part / whole);
const line = (name: string, { labels, found, episodes, right }: Score) =>
  `${name.padEnd(18)}${String(labels).padStart(6)} labelled   precision ${share(right, episodes).toFixed(3)}   recall ${share(found, labels).toFixed(3)}`;
const add = (a: Score, b: Score): Score => ({
  labels: a.labels + b.labels,
  found: a.found + b.found,
  episodes: a.episodes + b.episodes,
  right: a.right + b.right,
});
const none: Score = { labels: 0, found: 0, episodes: 0, right: 0 };

it('finds what is labelled in synthetic series and little else: precision and recall of at least 0.9', () => {
  const lines: string[] = [];
  let all = none;
  for (const shape of shapes) {
    const scores = seeds
      .map((seed) => seriesOf(shape, seed, { weeks }))
      .map((series) => score(episodesOf(series), series.labels));
    const sum = scores.reduce(add, none);
    lines.push(line(shape.name, sum));
    all = add(all, sum);
  }
  process.stdout.write(`${lines.join('\n')}\n${line('all', all)}\n`);
  expect(all.labels).toBeGreaterThan(60);
  expect(share(all.right, all.episodes)).toBeGreaterThanOrEqual(0.9);
  expect(share(all.found, all.labels)).toBeGreaterThanOrEqual(0.9);
});

it.each(['growing', 'fading', 'steady'])('raises next to nothing in a %s series in which nothing goes wrong', (name) => {
  const shape = shapes.find((each) => each.name === name)!;
  const raised = seeds.flatMap((seed) => episodesOf(seriesOf(shape, seed, { weeks, isCalm: true })));
  // Of 6,552 hours.
  expect(raised.length).toBeLessThanOrEqual(3);
});

/** Values of `count` weeks of one slot, and of the hours around it. */
const weekly = (values: readonly number[]): Sample[] => values.map((value, week) => ({ at: week * 7 * 86_400, value }));
const judge = (measure: Measure, history: readonly number[], value: number, { of = 1, tolerance = 1 } = {}) =>
  judgeFigure({ measure, value, slot: 14, of, tolerance }, (slots) => new Map(slots.includes(14) ? [[14, weekly(history)]] : []));

describe('a figure', () => {
  const busy = [31, 40, 12, 25, 18, 33, 27, 22];
  it.each<[string, Measure, number[], number, object]>([
    ['a surge', 'records_changed', busy, 214, { side: 'high' }],
    ['a success with nothing in it', 'records_read', busy, 0, { side: 'low' }],
    ['a run that hangs', 'run_duration', [1, 1, 2, 1, 1, 1], 60, { side: 'high' }],
    ['a fifth that fails', 'failed_share', [0, 0, 0.01, 0, 0], 0.2, { side: 'high' }],
    ['silence', 'events_hourly', busy, 0, { side: 'low' }],
  ])('is unusual: %s', (_what, measure, history, value, expected) => {
    const of = measure === 'failed_share' ? 100 : 1;
    expect(judge(measure, history, value, { of })).toMatchObject({ is: 'unusual', value, ...expected });
  });

  it.each<[string, Measure, number[], number]>([
    ['one more than always', 'records_changed', [24, 24, 24, 24, 24], 25],
    ['one where there was never any', 'records_changed', [0, 0, 0, 0, 0], 1],
    ['half as much again', 'records_changed', busy, 60],
    ['more than ever, where only less would matter', 'records_read', busy, 9_000],
    ['quicker than ever', 'run_duration', [300, 310, 290, 305], 1],
    ['six seconds in place of one', 'run_duration', [1, 1, 1, 1, 1], 6],
    ['one of ten that fails', 'failed_share', [0, 0, 0, 0, 0], 0.1],
    ['nothing where there were few', 'events_hourly', [2, 4, 3, 1, 3], 0],
  ])('is usual: %s', (_what, measure, history, value) => {
    expect(judge(measure, history, value, { of: 10 })).toMatchObject({ is: 'usual' });
  });

  it('is not judged before there is some history', () => {
    expect(judge('records_changed', [24, 24, 24], 9_000)).toEqual({ is: 'unknown' });
  });

  it('is expected once people have dismissed the like of it', () => {
    expect(judge('records_changed', busy, 130)).toMatchObject({ is: 'unusual' });
    expect(judge('records_changed', busy, 130, { tolerance: toleranceAfter(1) })).toMatchObject({ is: 'usual' });
    expect(toleranceAfter(9)).toBe(toleranceAfter(2));
  });
});

describe('a baseline', () => {
  it('keeps eight weeks of an hour, two samples of each, and none twice', () => {
    let samples: Sample[] = [];
    for (let week = 0; week < 10; week += 1)
      for (const minute of [0, 5, 10, 5]) samples = remember(samples, { at: week * 604_800 + minute * 60, value: week });
    expect(samples.map(({ value }) => value)).toEqual([2, 3, 4, 5, 6, 7, 8, 9].flatMap((week) => [week, week]));
  });

  it('knows the hours of the company’s week across a change of the clock', () => {
    const slotOf = slotReader('America/New_York');
    expect([slotOf(new Date('2026-10-26T13:00:00Z')), slotOf(new Date('2026-11-02T14:00:00Z'))]).toEqual([9, 9]);
    expect(slotReader('UTC')(new Date('2026-11-22T23:59:59Z'))).toBe(167);
  });
});

describe('an episode', () => {
  const open = { side: 'low' as const, firstAt: 1_000, lastAt: 1_000, usualInARow: 0 };
  const unusual: Verdict = { is: 'unusual', side: 'low', level: 'all', value: 0, hours: 1, usual: [5, 9] };
  const usual: Verdict = { is: 'usual', telling: true };

  it.each<[string, OpenEpisode | null, number, Verdict, object]>([
    ['opens with the first unusual figure, which does not count', null, 1_000, unusual, { does: 'open', counts: false }],
    ['goes on', open, 2_000, unusual, { does: 'repeat', counts: false }],
    ['takes no figure twice', open, 1_000, usual, { does: 'wait', counts: false }],
    ['is not over by one usual figure', open, 2_000, usual, { does: 'calm', counts: true }],
    ['is over by the second', { ...open, usualInARow: 1 }, 2_000, usual, { does: 'close', counts: true }],
    ['is not over by a quiet hour', open, 2_000, { is: 'usual', telling: false }, { does: 'wait', counts: false }],
    [
      'that nobody decides becomes the usual after two weeks',
      open,
      1_001 + 14 * 86_400,
      unusual,
      { does: 'adopt', counts: true },
    ],
  ])('%s', (_what, before, at, verdict, expected) => {
    expect(stepEpisode(before, at, verdict)).toEqual(expected);
  });

  it('ends by itself where a new level stays and nobody says anything', () => {
    const random = randomOf(7);
    const hours = Array.from({ length: 12 * 168 }, (_, hour) => Math.round((hour < 6 * 168 ? 30 : 300) * (0.9 + 0.2 * random())));
    const [first, ...others] = episodesOf({ hours });
    expect(first).toMatchObject({ from: 6 * 168 });
    expect(others).toEqual([]);
    expect(first!.to).toBeLessThan(9 * 168);
  });
});

describe('the sentence of an anomaly', () => {
  const at = new Date('2026-11-16T19:20:00Z');
  const base = { object: 'deal' as const, of: 1, hours: 1, level: 'weekday' as const, timeZone: 'America/New_York', at };
  it.each([
    [
      { measure: 'records_changed', value: 214, usual: [12, 40] },
      '214 deals created or updated in one run, usually 12 to 40 on Mondays.',
    ],
    [{ measure: 'records_read', value: 1, usual: [12, 40] }, '1 deal read in one run, usually 12 to 40 on Mondays.'],
    [
      { measure: 'records_read', value: 0, usual: [12, 40], level: 'weekday_hour' },
      'A run succeeded with nothing in it: no deals, usually 12 to 40 on Mondays between 14:00 and 15:00.',
    ],
    [
      { measure: 'failed_share', value: 0.32, of: 240, usual: [0, 0.02], level: 'all' },
      '32 % of 240 deals failed in one run, usually 0 % to 2 %.',
    ],
    [
      { measure: 'run_duration', value: 840, usual: [0.4, 45], level: 'hour' },
      'A run took 14 min, usually under 1 s to 45 s between 14:00 and 15:00.',
    ],
    [
      { measure: 'events_hourly', value: 0, object: null, usual: [30, 30], level: 'weekday_hour' },
      'No webhooks came on Monday between 14:00 and 15:00, usually 30 on Mondays between 14:00 and 15:00.',
    ],
    [
      { measure: 'events_hourly', value: 3, hours: 6, object: null, usual: [20, 41], level: 'weekday_hour' },
      '3 webhooks came in the 6 hours until 15:00 on Monday, usually 20 to 41 in these hours of the week.',
    ],
  ] as const)('%#', (told, sentence) => {
    expect(anomalySentence({ ...base, ...told, usual: [...told.usual] })).toBe(sentence);
  });
});
