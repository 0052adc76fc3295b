import { describe, expect, it } from '@jest/globals';
import { connectionStates } from '../../domain/connection-state.ts';
import {
  describeReport,
  driftPolicy,
  isLaunched,
  isReadInFull,
  judgeDelivery,
  nothingYet,
  scheduleFaults,
  spread,
  stuckSentence,
  wantsPause,
} from '../../domain/drift.ts';

describe('a Schedule', () => {
  const wanted = { everyMs: 60_000, paused: false, starts: { workflowType: 'syncRun', jobId: 'job_1' } };

  it.each([
    ['is as it should be', wanted, wanted, []],
    ['is as it should be, as far as a list tells', wanted, { everyMs: 60_000, paused: false }, []],
    ['is not there', wanted, null, ['missing']],
    ['is neither wanted nor there', null, null, []],
    ['is there and not wanted', null, wanted, ['left_over']],
    ['comes too seldom', wanted, { ...wanted, everyMs: 120_000 }, ['cadence']],
    ['is not one plain interval', wanted, { ...wanted, everyMs: null }, ['cadence']],
    ['is paused', wanted, { ...wanted, paused: true }, ['pause']],
    ['runs while it should be paused', { ...wanted, paused: true }, wanted, ['pause']],
    ['starts another job', wanted, { ...wanted, starts: { ...wanted.starts, jobId: 'job_2' } }, ['action']],
    ['starts it with more than it should', wanted, { ...wanted, starts: { ...wanted.starts, full: true } }, ['action']],
    ['starts nothing known', wanted, { ...wanted, starts: {} }, ['action']],
    ['is wrong in each way', wanted, { everyMs: 1, paused: true, starts: {} }, ['cadence', 'pause', 'action']],
  ])('that %s', (_, should, there, faults) => {
    expect(scheduleFaults(should, there)).toEqual(faults);
  });

  it('is wanted for launched connections alone, and paused where no scheduled sync may start', () => {
    expect(connectionStates.filter((state) => !isLaunched(state))).toEqual(['onboarding', 'disconnected']);
    expect(connectionStates.filter((state) => isLaunched(state) && wantsPause(state))).toEqual([
      'needs_reauthorization',
      'paused',
    ]);
  });

  it('is read in full once in so many passes, whatever the job', () => {
    const { everyMs, readInFullOneIn } = driftPolicy;
    for (const jobId of ['job_1', 'job_2', 'job_01m7yqjdy2en9vw5ptvpbysz2b']) {
      const turns = Array.from({ length: readInFullOneIn }, (_, index) => isReadInFull(jobId, index * everyMs, driftPolicy));
      expect(turns.filter(Boolean)).toHaveLength(1);
    }
  });
});

describe('an unfinished message whose workflow', () => {
  const question = { code: 'ambiguous', sentence: 'Nobody knows.' } as const;

  it.each([
    ['runs', { life: 'running', question: null, told: false }, 'leave'],
    ['runs and waits for a person', { life: 'running', question, told: true }, 'leave'],
    ['ended in its own order', { life: 'completed', question: null, told: true }, 'leave'],
    ['was terminated', { life: 'broken_off', question: null, told: false }, 'go_on'],
    ['was terminated after a person had decided', { life: 'broken_off', question: null, told: true }, 'go_on'],
    ['was terminated while it waited for a person', { life: 'broken_off', question, told: true }, 'ask_again'],
    ['was never started', { life: 'unknown', question: null, told: false }, 'go_on'],
    ['ended so long ago that Temporal has forgotten it', { life: 'unknown', question: null, told: true }, 'leave'],
    ['is forgotten while a person is still asked', { life: 'unknown', question, told: true }, 'ask_again'],
  ] as const)('%s', (_, facts, verdict) => {
    expect(judgeDelivery(facts)).toBe(verdict);
  });
});

describe('the words of a pass', () => {
  it('say that nothing had drifted', () => {
    expect(describeReport({ ...nothingYet, connections: 3 })).toBe(
      'Compared 3 connections and 0 messages under way.\n\nNothing had drifted.',
    );
  });

  it('name each kind of repair, and what waits for a person', () => {
    const words = describeReport({ ...nothingYet, repairs: { connector_started: 2, run_closed: 1 }, troubles: 1 });
    expect(words).toContain('- 2 connectors started again\n- 1 abandoned runs closed');
    expect(words).toContain('1 wait for a person');
  });
});

it('spreads ids over a range, and each always to the same place', () => {
  const places = Array.from({ length: 1_000 }, (_, index) => spread(`job_${index}`, 10));
  expect(new Set(places).size).toBe(10);
  expect(spread('job_1', 3_600)).toBe(spread('job_1', 3_600));
});

describe('A workflow that lives', () => {
  const policy = { stuckAttempts: 5, stuckAfterMs: 300_000 };
  it.each([
    ['and waits for nothing gets on', null, null],
    ['and was tried a few times may get on', { attempt: 4, waitedMs: 60_000 }, null],
    ['and was tried often is stuck', { attempt: 5, waitedMs: 60_000 }, 'was tried 5 times'],
    ['and waits for a worker may get one', { attempt: 1, waitedMs: 299_999 }, null],
    ['and that nobody takes is stuck', { attempt: 1, waitedMs: 300_000 }, 'has waited 5 minutes for a worker'],
  ])('%s', (_, task, said) => {
    const sentence = stuckSentence('connector:conn_1', task, policy);
    expect(sentence).toEqual(said && expect.stringContaining(`The workflow connector:conn_1 ${said}`));
  });
});
