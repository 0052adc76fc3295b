/** One way to reach people, as a value. It knows no incident, no database and no Temporal, so that every process can use it. */
import { consequences, type FailureCode } from '../domain/failure.ts';
import type { Notice, NoticeChannel, NoticeMeans } from '../domain/notice.ts';
import { HttpFailure } from '../providers/contract.ts';

/** The connection that a notice is about, for the log of API calls; `null` for one about the platform itself. */
export type About = { connectionId: string; companyId: string } | null;

export interface Attempt {
  means: NoticeMeans;
  notice: Notice;
  about: About;
  /** An earlier attempt whose answer was lost, and how long ago it began; `null` when there was none. */
  earlier: { elapsedMs: number } | null;
}

export interface Channel {
  key: NoticeChannel;
  /**
   * What protects from a second notice when the answer to the first was lost. `look`: the channel looks whether it went out. `same_id`:
   * it is sent again under the same id. `never`: there is neither, so it is not sent again over this channel.
   */
  repeats: 'look' | 'same_id' | 'never';
  /** Throws `NoticeFailure`. */
  send(attempt: Attempt): Promise<{ externalId: string | null }>;
}

/** `null` where the platform has not set the channel up. */
export type Notices = Record<NoticeChannel, Channel | null>;

/** The sentence is for whoever looks after notices; it never holds an address or a secret. */
export class NoticeFailure extends Error {
  override name = 'NoticeFailure';
  readonly code: FailureCode;
  /** `unknown` when the notice may have arrived. */
  readonly effect: 'none' | 'unknown';
  readonly retryAfterMs: number | undefined;
  constructor(failure: { code: FailureCode; sentence: string; effect: 'none' | 'unknown'; retryAfterMs?: number | undefined }) {
    super(failure.sentence);
    this.code = failure.code;
    this.effect = failure.effect;
    this.retryAfterMs = failure.retryAfterMs;
  }
  get retryable(): boolean {
    return consequences[this.code].retryable;
  }
}

/** A call that had no whole answer. */
export function unanswered(label: string, error: unknown): NoticeFailure {
  if (!(error instanceof HttpFailure))
    return new NoticeFailure({
      code: 'defect',
      sentence: `Something went wrong on our side while a notice went to ${label}: tell the people who run Linkwright.`,
      effect: 'unknown',
    });
  if (error.kind === 'address')
    return new NoticeFailure({
      code: 'configuration_invalid',
      sentence: `The ${label} address may not be called: it does not lead to a public host over HTTPS. Enter another one.`,
      effect: 'none',
    });
  const sentence = `${label} did not answer: the notice ${error.effect === 'none' ? 'was not sent' : 'may have arrived, or not'}.`;
  return new NoticeFailure({ code: 'provider_unavailable', sentence, effect: error.effect });
}
