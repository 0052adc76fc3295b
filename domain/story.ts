/** What happened to a connection, in words: its audit entries and its runs as one story. */
import type { AuditAction } from './audit-actions.ts';
import type { ConnectionState } from './connection-state.ts';
import { isOnboardingStep, type OnboardingStep } from './onboarding.ts';
import type { RunCounts, RunOutcome } from './run-verdict.ts';

export const storyKinds = [
  'setup',
  'state',
  'command',
  'run',
  'incident',
  'settings',
  'mapping',
  'credentials',
  'value',
  'failure',
  'upkeep',
] as const;
export type StoryKind = (typeof storyKinds)[number];

interface Told {
  kind: StoryKind;
  sentence: string;
}
type Detail = Record<string, unknown>;

/** Said by another entry too, or a look that changed nothing. */
export const untoldActs: AuditAction[] = ['metric.show', 'failure.preview', 'mapping.preview', 'payload.read', 'consent.ask'];

const steps: Record<OnboardingStep, string> = {
  access: 'access to the account',
  records: 'the records of the connection',
  mapping: 'the mapping',
  test_run: 'the test run',
  baseline: 'the baseline and what the client reads',
  launch: 'the launch',
};

const arrived: Record<ConnectionState, string> = {
  onboarding: 'It is being set up.',
  active: 'It delivers again.',
  degraded: 'It cannot deliver and needs attention.',
  needs_reauthorization: 'The provider refuses the credentials: it needs a sign-in there.',
  paused: 'It was paused.',
  manual_fallback: 'Values are entered by hand while it cannot deliver.',
  disconnected: 'It was disconnected.',
};

const acts: Partial<Record<AuditAction, { kind: StoryKind; sentence: string | ((detail: Detail) => string) }>> = {
  'connection.create': { kind: 'setup', sentence: 'The connection was begun.' },
  'connection.state': { kind: 'state', sentence: stateSentence },
  'connection.settings': { kind: 'settings', sentence: settingsSentence },
  'connection.syncNow': { kind: 'command', sentence: 'A sync was asked for.' },
  'consent.answer': { kind: 'credentials', sentence: 'Somebody signed in at the provider.' },
  'credentials.stage': { kind: 'credentials', sentence: 'New credentials were given.' },
  'credentials.activate': { kind: 'credentials', sentence: 'The new credentials are in force.' },
  'credentials.discard': { kind: 'credentials', sentence: 'The given credentials were not taken.' },
  'credentials.forget': { kind: 'credentials', sentence: 'The credentials were forgotten here.' },
  'credentials.lose': { kind: 'credentials', sentence: 'The credentials can no longer be renewed: only a new sign-in helps.' },
  'credentials.revoke': { kind: 'credentials', sentence: 'The credentials were ended at the provider.' },
  'mapping.draft': { kind: 'mapping', sentence: ofObject('A draft of the mapping was saved') },
  'mapping.discard': { kind: 'mapping', sentence: ofObject('The draft of the mapping was given up') },
  'mapping.publish': { kind: 'mapping', sentence: ofObject('A version of the mapping was published') },
  'mapping.roll_back': { kind: 'mapping', sentence: ofObject('An earlier version of the mapping is in force again') },
  'mapping.remap': { kind: 'mapping', sentence: ofObject('Stored records are mapped anew') },
  'mapping.resync': { kind: 'mapping', sentence: ofObject('Everything is read anew from the provider') },
  'stages.map': { kind: 'mapping', sentence: 'The stages of the pipelines were mapped.' },
  'franchise_keys.change': { kind: 'settings', sentence: 'Which branch a record belongs to was changed.' },
  'circuit.open': { kind: 'upkeep', sentence: 'The provider did not answer again and again, so it is asked less until it does.' },
  'circuit.close': { kind: 'upkeep', sentence: 'The provider answers again, and is asked as usual.' },
  'failure.reopen': { kind: 'failure', sentence: 'Failed work that was closed was opened again.' },
  'failure.retry': { kind: 'failure', sentence: 'Failed work was tried again.' },
  'failure.replay': { kind: 'failure', sentence: 'Failed work was asked to be replayed.' },
  'incident.open': { kind: 'incident', sentence: 'An incident began, and people are told.' },
  'incident.reopen': { kind: 'incident', sentence: 'The incident came back.' },
  'incident.acknowledge': { kind: 'incident', sentence: 'The incident was acknowledged.' },
  'incident.take_over': { kind: 'incident', sentence: 'The incident was taken over.' },
  'incident.unanswered': { kind: 'incident', sentence: 'Everybody was told of the incident, and nobody answered.' },
  'incident.recovered': { kind: 'incident', sentence: 'The incident is over: it recovered.' },
  'incident.resolved': { kind: 'incident', sentence: 'The incident was resolved.' },
  'metric.enter': { kind: 'value', sentence: 'A value was entered by hand.' },
  'metric.end': { kind: 'value', sentence: 'A value by hand was taken away.' },
  'metric.hand_back': { kind: 'value', sentence: 'The source’s own value replaced the one by hand.' },
  'metric.review': { kind: 'value', sentence: 'A value that was held back was decided on.' },
  'anomaly.decide': { kind: 'value', sentence: 'Something unusual was decided on.' },
};

/** What an audit entry tells; one that is new here is named, never left out. */
export function tellAct({ action, detail }: { action: string; detail: Detail }): Told {
  const act = acts[action as AuditAction];
  if (act) return { kind: act.kind, sentence: typeof act.sentence === 'string' ? act.sentence : act.sentence(detail) };
  const [noun = '', verb = ''] = action.split('.');
  if (noun === 'onboarding' && isOnboardingStep(verb)) return { kind: 'setup', sentence: `Step confirmed: ${steps[verb]}.` };
  if (noun === 'reconcile') return { kind: 'upkeep', sentence: `Put right by itself: ${inWords(verb)}.` };
  return { kind: 'upkeep', sentence: `Recorded: ${inWords(noun)}, ${inWords(verb)}.` };
}

function stateSentence({ from, to }: Detail): string {
  if (to === 'active' && from === 'onboarding') return 'It was launched and delivers from now on.';
  if (to === 'active' && from === 'paused') return 'It was resumed.';
  return arrived[to as ConnectionState] ?? 'Its state changed.';
}

/** What people and policies call by another name; the provider's own settings are told by their keys. */
const settingNames: Record<string, string> = {
  label: 'name',
  purpose: 'what it is used for',
  reason: 'why it is wanted',
  ownerUserId: 'owner',
  cadenceS: 'schedule',
  freshWithinS: 'when it is out of date',
  escalateAfterFailedRuns: 'when people are called',
  ladder: 'who is called',
  passQuietHours: 'what is told in quiet hours',
};

function settingsSentence({ facts, settings, policy }: Detail): string {
  const changed = [facts, settings, policy].flatMap((keys) => (Array.isArray(keys) ? keys.map(String) : []));
  const named = changed.map((key) => settingNames[key] ?? key);
  return named.length > 0 ? `Settings were changed: ${named.join(', ')}.` : 'Settings were changed.';
}

/** A mapping's name says its object, and its direction where it writes. */
function ofObject(sentence: string) {
  return ({ object }: Detail) => `${sentence}${typeof object === 'string' ? ` (${inWords(object)})` : ''}.`;
}

const inWords = (key: string) => key.replace(/[_:-]/g, ' ');

export interface RunFacts {
  trigger: 'schedule' | 'manual' | 'onboarding';
  outcome: RunOutcome | null;
  counts: RunCounts;
}

const asked: Record<RunFacts['trigger'], string> = {
  schedule: 'A scheduled run',
  manual: 'A run on demand',
  onboarding: 'A test run',
};
const ended: Record<RunOutcome, string> = {
  succeeded: 'went well',
  failed: 'failed',
  cancelled: 'was stopped',
  skipped: 'was left out',
};

export function tellRun({ trigger, outcome, counts }: RunFacts, streamLabel: string): Told {
  const numbers = Object.entries(counts).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
  const end = outcome === null ? 'is under way' : ended[outcome];
  const sentence = `${asked[trigger]} (${streamLabel}) ${end}${numbers.length > 0 ? `: ${numbers.join(', ')}` : ''}.`;
  return { kind: 'run', sentence };
}
