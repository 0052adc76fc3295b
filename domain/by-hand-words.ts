/** What a card says of a value that a person entered: while it is shown, when it has ended, and after the source is back. */
import { stateWords, type ConnectionState } from './connection-state.ts';
import { daysInWords } from './day-span.ts';
import { afterwordMs } from './manual-value.ts';

/** What became of a value by hand. Moments are ISO 8601. */
export interface Afterword {
  from: string;
  until: string;
  manualValue: string;
  /** `null` when the source has nothing to tell it of. */
  providerValue: string | null;
  comparedAt: string;
}

const whileDelayed = stateWords.manual_fallback.clientSentence;

/** Of a value that a person entered and that is shown. */
export const byHandWords: Record<ConnectionState, string> = {
  onboarding: 'This connection is being set up; this value was entered by a person.',
  active: whileDelayed,
  degraded: whileDelayed,
  needs_reauthorization: 'This value was entered by a person while the account waits to be connected again.',
  paused: 'Updates are paused; this value was entered by a person.',
  manual_fallback: whileDelayed,
  disconnected: 'This source is no longer connected; this value was entered by a person.',
};
export const byHandUnderReview = 'This value was entered by a person while the newest one of the source is under review.';

const over = 'the value that a person entered has ended, and the last good value is shown.';
/** Of the source's last good value, in whose place a person's was shown until it ended. */
export const endedWords: Record<ConnectionState, string> = {
  onboarding: stateWords.onboarding.clientSentence,
  active: stateWords.active.clientSentence,
  degraded: `Updates are delayed; ${over}`,
  needs_reauthorization: `Updates wait for the account to be connected again; ${over}`,
  paused: `Updates are paused; ${over}`,
  manual_fallback: `Updates are delayed; ${over}`,
  disconnected: `This source is no longer connected; ${over}`,
};

/** For a while after the source is back; empty then. */
export function afterword({ from, until, manualValue, providerValue, comparedAt }: Afterword, now: string): string {
  if (Date.parse(now) - Date.parse(comparedAt) > afterwordMs) return '';
  const days = daysInWords(from.slice(0, 10), until.slice(0, 10), now.slice(0, 10));
  const when = days.charAt(0).toUpperCase() + days.slice(1);
  const equal = providerValue !== null && Number(providerValue) === Number(manualValue);
  const said =
    providerValue === null
      ? `has nothing to tell it of, where the person had entered ${manualValue}`
      : `has since confirmed ${providerValue}${equal ? '' : `, where the person had entered ${manualValue}`}`;
  return ` ${when} the value was entered by a person; the source ${said}.`;
}
