import { describe, expect, it } from '@jest/globals';
import {
  circuitPolicy as policy,
  circuitSentence,
  countCall,
  describeWindow,
  isAway,
  openForMs,
  retryInMs,
  timesInARow,
  type CallEnd,
  type CallWindow,
} from '../../domain/circuit.ts';
import { defaultPolicy } from '../../domain/policy.ts';

const counted = (ends: [CallEnd, number][]): CallWindow =>
  ends.reduce<CallWindow>((window, [end, atMs]) => countCall(window, end, atMs, policy), []);
const times = (count: number, end: CallEnd, atMs = 0) => Array.from({ length: count }, (): [CallEnd, number] => [end, atMs]);

describe('A provider is taken for away', () => {
  it.each<[string, [CallEnd, number][], number, boolean]>([
    ['never without calls', [], 0, false],
    ['not by fewer calls than say something', times(7, 'outage'), 0, false],
    ['by enough of them', times(8, 'outage'), 0, true],
    ['by half of the calls', [...times(4, 'answered'), ...times(4, 'outage')], 0, true],
    ['not by less than half', [...times(5, 'answered'), ...times(4, 'outage')], 0, false],
    ['not by calls that told nothing', [...times(7, 'outage'), ...times(50, 'untold')], 0, false],
    ['over slices of the window', [...times(4, 'outage', 1_000), ...times(4, 'outage', 50_000)], 55_000, true],
    ['not by what is older than the window', times(8, 'outage', 1_000), 70_000, false],
    ['not by what is older, with young calls beside it', [...times(8, 'outage', 0), ['outage', 70_000]], 70_000, false],
  ])('%s', (_, ends, nowMs, away) => {
    expect(isAway(counted(ends), nowMs, policy)).toBe(away);
  });

  it('and the window stays small, however many calls there are', () => {
    const window = counted(Array.from({ length: 10_000 }, (_, index) => ['answered', index * 37]));
    expect(window.length).toBeLessThanOrEqual(11);
    expect(describeWindow(counted([...times(3, 'outage'), ...times(1, 'answered')]), 0, policy)).toBe(
      '3 of 4 calls within 60 seconds found the provider away.',
    );
  });
});

describe('An open circuit', () => {
  it.each([
    [1, 5_000],
    [2, 10_000],
    [3, 20_000],
    [4, 40_000],
    [5, 60_000],
    [500, 60_000],
  ])('waits before its probe, the %s. time in a row, %s ms', (count, ms) => {
    expect(openForMs(count, policy)).toBe(ms);
  });

  it.each([
    [0, 0, 1],
    [3, 1_000, 4],
    [3, 299_999, 4],
    [3, 300_000, 1],
  ])('after %s times, closed for %s ms, opens the %s. time in a row', (earlier, closedForMs, count) => {
    expect(timesInARow(earlier, closedForMs, policy)).toBe(count);
  });

  const { initialMs, factor, maxMs, attemptsMax } = defaultPolicy.retry;
  const run = (attempt: number) => ({ attempt, attemptsMax, initialMs, factor, maxMs });
  const drain = (attempt: number) => ({ attempt, attemptsMax: 0, initialMs: 1_000, factor: 2, maxMs: 60_000 });
  const person = (attempt: number) => ({ attempt, attemptsMax: 3, initialMs: 1_000, factor: 2, maxMs: 100_000 });
  it.each([
    ['a run at its first attempt, at its own pace', 5_000, run(1), 10_000],
    ['a run, when the probe comes later', 60_000, run(1), 60_000],
    ['a run before its last attempt', 60_000, run(4), 270_000],
    ['a run at its last attempt never', 5_000, run(5), null],
    ['what has no last attempt, at the probe', 5_000, drain(1), 5_000],
    ['what has no last attempt, not more often than it would', 5_000, drain(9), 60_000],
    ['a person, who waits for an answer, never', 5_000, person(1), null],
    ['a person, when the probe comes at once', 1_500, person(1), 1_500],
  ])('lets try again %s', (_, probeInMs, patience, expected) => {
    expect(retryInMs(probeInMs, patience)).toBe(expected);
  });

  it('says what is going on, and when it goes on', () => {
    const since = '2026-11-21T10:00:00.000Z';
    const nextProbeAt = '2026-11-21T10:00:05.000Z';
    expect(circuitSentence({ state: 'open', since, nextProbeAt, reason: '' }, 'Twilio')).toContain(`by itself at ${nextProbeAt}`);
    expect(circuitSentence({ state: 'half_open', since, nextProbeAt, reason: '' }, 'Twilio')).toContain('trying now');
    expect(circuitSentence({ state: 'closed', since, nextProbeAt: null, reason: '' }, 'Twilio')).toBe(
      'Twilio is asked as usual.',
    );
  });
});
