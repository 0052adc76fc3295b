/** Tells one person of an incident, over the first of their ways that works, and never twice what was told once. */
import type { IncidentAlert } from '../db/app/stores/incidents.ts';
import type { User } from '../db/app/stores/users.ts';
import type { Failure } from '../domain/failure.ts';
import type { Notice, NoticeChannel, NoticeKind } from '../domain/notice.ts';
import { waysTo, type NoticeSettings, type Way } from '../domain/reaching.ts';
import { NoticeFailure, type About, type Channel } from '../notices/index.ts';
import type { ActivityDeps } from './deps.ts';

export interface Telling {
  incidentId: string;
  kind: NoticeKind;
  rung: number;
  person: User;
  settings: NoticeSettings | null;
  /** The rung's own channel. */
  first?: NoticeChannel | undefined;
  notice: Notice;
  about: About;
  /** What was told of this incident so far. */
  alerts: readonly IncidentAlert[];
  /** Nothing is tried again after this: what is open then goes on to the next way. */
  isLastAttempt: boolean;
}

/** `retry`: it may still go out over a way that failed for the moment. */
export type Told = { told: true } | { told: false; retry: Failure | null };

type Sent = 'sent' | 'uncertain' | { failed: Failure; retryable: boolean; look?: true };

/** Each way is claimed as a row before anything goes out, and the row says why it was not the one. */
export async function tell(deps: ActivityDeps, telling: Telling): Promise<Told> {
  const { incidentId, kind, rung, person, settings } = telling;
  const { incidents } = deps.app;
  const own = telling.alerts.filter((alert) => alert.kind === kind && alert.rung === rung && alert.userId === person.id);
  if (own.some(({ state }) => state === 'sent')) return { told: true };

  let retry: Failure | null = null;
  for (const way of waysTo({ ...person, notices: settings }, telling.first)) {
    const channel = deps.notices[way.channel];
    if (!channel && !way.isAsked) continue;
    const claim = await incidents.claimAlert({ incidentId, kind, rung, userId: person.id, channel: way.channel });
    if (claim.state === 'sent') return { told: true };
    if (claim.state === 'uncertain') continue;
    if ('missing' in way || !channel) {
      await incidents.alertFailed(claim.alertId, 'missing' in way ? way.missing : notSetUp[way.channel]!);
      continue;
    }
    // An attempt before this one was cut off, and nothing tells whether its notice went out.
    const isCutOff = !claim.first && claim.state === 'claimed';
    const sent = isCutOff && channel.repeats === 'never' ? 'uncertain' : await send(deps, telling, way, channel, claim);
    if (sent === 'sent') return { told: true };
    if (sent === 'uncertain')
      await incidents.alertFailed(claim.alertId, 'It may have arrived; it is not sent again over this channel.', sent);
    else if (sent.look && !telling.isLastAttempt) return { told: false, retry: sent.failed };
    else {
      await incidents.alertFailed(claim.alertId, sent.failed.sentence, sent.look || isCutOff ? 'uncertain' : 'failed');
      if (sent.retryable) retry = sent.failed;
    }
  }
  return { told: false, retry };
}

async function send(
  { app }: ActivityDeps,
  { notice, about }: Telling,
  way: Way & { means: unknown },
  channel: Channel,
  claim: { alertId: string; first: boolean; elapsedMs: number },
): Promise<Sent> {
  try {
    const earlier = claim.first ? null : { elapsedMs: claim.elapsedMs };
    const { externalId } = await channel.send({ means: way.means as never, notice, about, earlier });
    await app.incidents.alertSent(claim.alertId, { externalId });
    return 'sent';
  } catch (error) {
    if (!(error instanceof NoticeFailure)) throw error;
    const isOpen = error.effect === 'unknown' && error.retryable;
    if (isOpen && channel.repeats === 'never') return 'uncertain';
    return { failed: failureOf(error), retryable: error.retryable, ...(isOpen && channel.repeats === 'look' && { look: true }) };
  }
}

const notSetUp: Partial<Record<NoticeChannel, string>> = {
  sms: 'The platform has no sender for notices: set the NOTIFY_TWILIO_ variables.',
  email: 'The platform has no mail server for notices: set SMTP_URL and NOTIFY_EMAIL_FROM.',
};

const failureOf = ({ code, message, effect, retryAfterMs }: NoticeFailure): Failure => ({
  code,
  sentence: message,
  effect,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});
