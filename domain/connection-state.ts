/**
 * The life of a connection as data: its states, what each says to a client and to its owner, and what every command does in
 * every state. No cell is silent: a command is accepted, already so, or refused with a reason.
 */
export const connectionStates = [
  'onboarding',
  'active',
  'degraded',
  'needs_reauthorization',
  'paused',
  'manual_fallback',
  'disconnected',
] as const;
export type ConnectionState = (typeof connectionStates)[number];

export const connectionCommands = [
  'syncNow',
  'pause',
  'resume',
  'disconnect',
  'reauthorize',
  'enterManualValue',
  'handBackManualValue',
] as const;
export type ConnectionCommand = (typeof connectionCommands)[number];

/** `to` is absent when an accepted command leaves the state as it is. A hand-back leaves it too while another value by hand stands. */
export type CommandVerdict =
  | { verdict: 'accepted'; to?: ConnectionState }
  | { verdict: 'already'; sentence: string }
  | { verdict: 'refused'; reason: string };

/** What a state says. `clientSentence` is safe to show on a card; `nextAction` is for the owner. */
export const stateWords: Record<ConnectionState, { clientSentence: string; nextAction: string; delivering: boolean }> = {
  onboarding: {
    clientSentence: 'This connection is being set up.',
    nextAction: 'Finish the next onboarding step.',
    delivering: false,
  },
  active: { clientSentence: 'Up to date.', nextAction: 'Nothing to do.', delivering: true },
  degraded: {
    clientSentence: 'Updates are delayed; the last good value is shown.',
    nextAction: 'Acknowledge the incident; enter the value by hand if the client needs it now.',
    delivering: false,
  },
  needs_reauthorization: {
    clientSentence: 'Updates wait for the account to be connected again; the last good value is shown.',
    nextAction: 'Reauthorize the connection with valid credentials.',
    delivering: false,
  },
  paused: {
    clientSentence: 'Updates are paused; the last good value is shown.',
    nextAction: 'Resume the connection when it should deliver again.',
    delivering: false,
  },
  manual_fallback: {
    clientSentence: 'This value was entered by a person while updates are delayed.',
    nextAction: 'Keep the values current until the connection recovers, or hand them back.',
    delivering: false,
  },
  disconnected: {
    clientSentence: 'This source is no longer connected; the last good value is shown.',
    nextAction: 'Start a new onboarding to connect it again.',
    delivering: false,
  },
};

const accepted = (to?: ConnectionState): CommandVerdict => (to ? { verdict: 'accepted', to } : { verdict: 'accepted' });
const already = (sentence: string): CommandVerdict => ({ verdict: 'already', sentence });
const refused = (reason: string): CommandVerdict => ({ verdict: 'refused', reason });

const notLaunched = refused('The connection is still in onboarding: finish or cancel its onboarding first.');
const gone = refused('The connection is disconnected: start a new onboarding to connect it again.');
const needsCredentials = refused('The provider rejected the credentials: reauthorize the connection first.');
const notPaused = already('The connection is not paused.');
const delivers = refused(
  'The connection delivers by itself: a value by hand is for when it cannot, or while its newest value is under review.',
);

const commandTable: Record<ConnectionState, Record<ConnectionCommand, CommandVerdict>> = {
  onboarding: {
    syncNow: notLaunched,
    pause: notLaunched,
    resume: notLaunched,
    disconnect: notLaunched,
    reauthorize: notLaunched,
    enterManualValue: notLaunched,
    handBackManualValue: notLaunched,
  },
  active: {
    syncNow: accepted(),
    pause: accepted('paused'),
    resume: notPaused,
    disconnect: accepted('disconnected'),
    reauthorize: accepted(),
    enterManualValue: delivers,
    handBackManualValue: accepted(),
  },
  degraded: {
    syncNow: accepted(),
    pause: accepted('paused'),
    resume: notPaused,
    disconnect: accepted('disconnected'),
    reauthorize: accepted(),
    enterManualValue: accepted('manual_fallback'),
    handBackManualValue: accepted(),
  },
  needs_reauthorization: {
    syncNow: needsCredentials,
    pause: accepted('paused'),
    resume: notPaused,
    disconnect: accepted('disconnected'),
    reauthorize: accepted('active'),
    enterManualValue: accepted('manual_fallback'),
    handBackManualValue: accepted(),
  },
  paused: {
    syncNow: refused('The connection is paused: resume it first.'),
    pause: already('The connection is paused.'),
    resume: accepted('active'),
    disconnect: accepted('disconnected'),
    reauthorize: accepted(),
    enterManualValue: refused('The connection is paused: resume it first, then enter the value.'),
    handBackManualValue: accepted(),
  },
  manual_fallback: {
    syncNow: accepted(),
    pause: accepted('paused'),
    resume: notPaused,
    disconnect: accepted('disconnected'),
    reauthorize: accepted(),
    enterManualValue: accepted(),
    handBackManualValue: accepted('degraded'),
  },
  disconnected: {
    syncNow: gone,
    pause: gone,
    resume: gone,
    disconnect: already('The connection is disconnected.'),
    reauthorize: gone,
    enterManualValue: gone,
    handBackManualValue: gone,
  },
};

/** What `command` does to a connection in `state`. */
export function decideCommand(state: ConnectionState, command: ConnectionCommand): CommandVerdict {
  return commandTable[state][command];
}

/** States in which Schedules run. In the others no scheduled sync starts. */
export function schedulesRun(state: ConnectionState): boolean {
  return state === 'active' || state === 'degraded' || state === 'manual_fallback';
}

/** States in which stored events wait instead of being applied. */
export function holdsEvents(state: ConnectionState): boolean {
  return state === 'paused' || state === 'onboarding' || state === 'disconnected';
}
