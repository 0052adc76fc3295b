import { describe, expect, it } from '@jest/globals';
import { judgeStep, onboardingSteps, stepTitles } from '../../domain/onboarding.ts';

const confirmed = (count: number) =>
  onboardingSteps.slice(0, count).map((step) => ({ step, by: 'user_1', at: '2026-11-21T09:00:00.000Z', summary: {} }));

describe('the steps of onboarding', () => {
  it('are six, each with a title', () => {
    expect(onboardingSteps).toEqual(['access', 'records', 'mapping', 'test_run', 'baseline', 'launch']);
    expect(Object.keys(stepTitles)).toEqual([...onboardingSteps]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])('with %d confirmed: those are already so, the next may come, the others must wait', (done) => {
    for (const [index, step] of onboardingSteps.entries()) {
      const expected = index < done ? 'already' : index === done ? 'next' : 'refused';
      expect(judgeStep(confirmed(done), step, false).verdict).toBe(expected);
    }
  });

  it('name the step that must come first', () => {
    expect(judgeStep(confirmed(1), 'launch', false)).toEqual({
      verdict: 'refused',
      reason: 'The next step is "records": confirm it before "launch".',
    });
  });

  it('are all refused after a cancel', () => {
    for (const step of onboardingSteps)
      expect(judgeStep(confirmed(2), step, true)).toEqual({
        verdict: 'refused',
        reason: 'The onboarding was cancelled: start a new one.',
      });
  });
});
