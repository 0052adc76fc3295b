import { describe, expect, it } from '@jest/globals';
import { connectionStates } from '../../domain/connection-state.ts';
import { onboardingSteps } from '../../domain/onboarding.ts';
import { tellAct, tellRun, untoldActs } from '../../domain/story.ts';

const nothing = { created: 0, updated: 0, unchanged: 0, failed: 0, duplicate: 0, ignored: 0 };

describe('The story of a connection', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['connection.create', {}, 'The connection was begun.'],
    ['onboarding.test_run', {}, 'Step confirmed: the test run.'],
    ['connection.state', { from: 'onboarding', to: 'active' }, 'It was launched and delivers from now on.'],
    ['connection.state', { from: 'paused', to: 'active' }, 'It was resumed.'],
    ['connection.state', { from: 'degraded', to: 'active' }, 'It delivers again.'],
    ['connection.state', { from: 'active', to: 'paused' }, 'It was paused.'],
    ['connection.state', {}, 'Its state changed.'],
    ['connection.settings', { settings: ['region'], policy: ['ladder'] }, 'Settings were changed: region, who is called.'],
    ['connection.settings', { facts: ['label', 'ownerUserId'] }, 'Settings were changed: name, owner.'],
    ['connection.settings', { settings: null }, 'Settings were changed.'],
    ['mapping.publish', { object: 'deal:out' }, 'A version of the mapping was published (deal out).'],
    ['mapping.publish', { object: 42 }, 'A version of the mapping was published.'],
    ['reconcile.start_schedule', {}, 'Put right by itself: start schedule.'],
    ['something.quite_new', {}, 'Recorded: something, quite new.'],
    ['', {}, 'Recorded: , .'],
  ])('tells %s %j', (action, detail, sentence) => {
    expect(tellAct({ action, detail }).sentence).toBe(sentence);
  });

  it('has a sentence of its own for every step and every state', () => {
    const steps = onboardingSteps.map((step) => tellAct({ action: `onboarding.${step}`, detail: {} }).sentence);
    const states = connectionStates.map(
      (to) => tellAct({ action: 'connection.state', detail: { from: 'degraded', to } }).sentence,
    );
    expect(new Set([...steps, ...states]).size).toBe(onboardingSteps.length + connectionStates.length);
    expect(untoldActs).not.toContain('connection.state');
  });

  it('tells a run with what came of it', () => {
    const run = { trigger: 'schedule' as const, outcome: 'succeeded' as const, counts: { ...nothing, created: 12, failed: 1 } };
    expect(tellRun(run, 'messages').sentence).toBe('A scheduled run (messages) went well: 12 created, 1 failed.');
    expect(tellRun({ ...run, trigger: 'manual', outcome: null, counts: nothing }, 'deals').sentence).toBe(
      'A run on demand (deals) is under way.',
    );
  });
});
