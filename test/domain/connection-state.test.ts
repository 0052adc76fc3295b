import { describe, expect, it } from '@jest/globals';
import {
  connectionCommands,
  connectionStates,
  decideCommand,
  holdsEvents,
  schedulesRun,
  stateWords,
  type ConnectionCommand,
  type ConnectionState,
} from '../../domain/connection-state.ts';

/** Written out on purpose: every cell is a promise. `accepted` alone leaves the state as it is. */
const table: Record<ConnectionState, Record<ConnectionCommand, string>> = {
  onboarding: {
    syncNow: 'refused',
    pause: 'refused',
    resume: 'refused',
    disconnect: 'refused',
    reauthorize: 'refused',
    enterManualValue: 'refused',
    handBackManualValue: 'refused',
  },
  active: {
    syncNow: 'accepted',
    pause: 'accepted -> paused',
    resume: 'already',
    disconnect: 'accepted -> disconnected',
    reauthorize: 'accepted',
    enterManualValue: 'refused',
    handBackManualValue: 'accepted',
  },
  degraded: {
    syncNow: 'accepted',
    pause: 'accepted -> paused',
    resume: 'already',
    disconnect: 'accepted -> disconnected',
    reauthorize: 'accepted',
    enterManualValue: 'accepted -> manual_fallback',
    handBackManualValue: 'accepted',
  },
  needs_reauthorization: {
    syncNow: 'refused',
    pause: 'accepted -> paused',
    resume: 'already',
    disconnect: 'accepted -> disconnected',
    reauthorize: 'accepted -> active',
    enterManualValue: 'accepted -> manual_fallback',
    handBackManualValue: 'accepted',
  },
  paused: {
    syncNow: 'refused',
    pause: 'already',
    resume: 'accepted -> active',
    disconnect: 'accepted -> disconnected',
    reauthorize: 'accepted',
    enterManualValue: 'refused',
    handBackManualValue: 'accepted',
  },
  manual_fallback: {
    syncNow: 'accepted',
    pause: 'accepted -> paused',
    resume: 'already',
    disconnect: 'accepted -> disconnected',
    reauthorize: 'accepted',
    enterManualValue: 'accepted',
    handBackManualValue: 'accepted -> degraded',
  },
  disconnected: {
    syncNow: 'refused',
    pause: 'refused',
    resume: 'refused',
    disconnect: 'already',
    reauthorize: 'refused',
    enterManualValue: 'refused',
    handBackManualValue: 'refused',
  },
};
const cells = connectionStates.flatMap((state) =>
  connectionCommands.map((command) => ({ state, command, expected: table[state][command] })),
);

describe('commands in every state', () => {
  it('leaves no cell silent: seven states by seven commands', () => {
    expect(cells).toHaveLength(49);
    expect(cells.every(({ expected }) => /^(accepted|already|refused)/.test(expected))).toBe(true);
  });

  it.each(cells)('$command in $state is $expected', ({ state, command, expected }) => {
    const verdict = decideCommand(state, command);
    const to = verdict.verdict === 'accepted' && verdict.to ? ` -> ${verdict.to}` : '';
    expect(verdict.verdict + to).toBe(expected);
  });

  it.each(cells)('says why in a sentence when $command in $state is not accepted', ({ state, command }) => {
    const verdict = decideCommand(state, command);
    const words = verdict.verdict === 'refused' ? verdict.reason : verdict.verdict === 'already' ? verdict.sentence : 'Accepted.';
    expect(words).toMatch(/^[A-Z].{5,}\.$/);
  });
});

describe('what a state says', () => {
  it.each(connectionStates)('%s has a sentence for the client and a next action for the owner', (state) => {
    expect(stateWords[state].clientSentence).toMatch(/^[A-Z].+\.$/);
    expect(stateWords[state].nextAction).toMatch(/^[A-Z].+\.$/);
  });

  it('delivers in active only', () => {
    expect(connectionStates.filter((state) => stateWords[state].delivering)).toEqual(['active']);
  });

  it('runs Schedules while a run could succeed by itself', () => {
    expect(connectionStates.filter(schedulesRun)).toEqual(['active', 'degraded', 'manual_fallback']);
  });

  it('holds events where applying them is not wanted', () => {
    expect(connectionStates.filter(holdsEvents)).toEqual(['onboarding', 'paused', 'disconnected']);
  });
});
