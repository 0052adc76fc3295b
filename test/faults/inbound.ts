/** Inbound messages as Twilio posts them, and whether each was applied exactly once. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { signForm } from '../api/twilio-signature.ts';
import type { Launched } from '../harness/scene.ts';
import { freshNumber } from '../harness/twilio-account.ts';
import { until } from '../harness/until.ts';
import type { Lab } from './lab.ts';
import { nothing, type Findings } from './scenario.ts';

/** A form of https://www.twilio.com/docs/messaging/guides/webhook-request */
export interface Inbound {
  MessageSid: string;
  [param: string]: string;
}

export function inboundMessages({ account }: Launched, count: number): Inbound[] {
  const from = freshNumber();
  return Array.from({ length: count }, (_, index) => ({
    MessageSid: `SM${randomBytes(16).toString('hex')}`,
    AccountSid: account.accountSid,
    From: from,
    To: account.number,
    Body: `Reply ${index}`,
    NumSegments: '1',
    NumMedia: '0',
    SmsStatus: 'received',
  }));
}

/** `status` is `null` when nobody answered. */
export interface Posted {
  status: number | null;
  retryAfter: string | null;
}

/** Posts it once, signed. */
export async function post(
  lab: Pick<Lab, 'publicUrl'>,
  { account, connectionId }: Launched,
  message: Inbound,
  answerWithinMs = 60_000,
): Promise<Posted> {
  const url = `${lab.publicUrl}/webhooks/twilio/${connectionId}`;
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': signForm(account.authToken, url, message),
      },
      body: new URLSearchParams(message),
      signal: AbortSignal.timeout(answerWithinMs),
    });
    await answer.arrayBuffer();
    return { status: answer.status, retryAfter: answer.headers.get('retry-after') };
  } catch {
    return { status: null, retryAfter: null };
  }
}

/** Posts it again and again, as senders do, until it is taken. Answers how it was answered each time. */
export async function postUntilTaken(
  lab: Pick<Lab, 'publicUrl'>,
  launched: Launched,
  message: Inbound,
  answerWithinMs?: number,
): Promise<Posted[]> {
  const answers: Posted[] = [];
  for (;;) {
    const answer = await post(lab, launched, message, answerWithinMs);
    answers.push(answer);
    if (answer.status === 200) return answers;
    if (answers.length === 200) throw new Error(`${message.MessageSid} was not taken: ${answer.status}.`);
    await sleep(250);
  }
}

/** Waits until none is stored any more, and finds one applied event and one row for each. */
export async function compareInbound(
  lab: Pick<Lab, 'rows'>,
  { connectionId }: Launched,
  messages: Inbound[],
  withinMs = 150_000,
): Promise<Findings> {
  const findings = nothing(messages.length);
  const waiting = () =>
    lab.rows<{ state: string }>(
      'traffic',
      `SELECT state FROM integration_raw_events WHERE connection_id = ? AND state = 'stored' LIMIT 1`,
      [connectionId],
    );
  await until(waiting, (rows) => rows.length === 0, withinMs).catch(() =>
    findings.stuck.push(`Events of ${connectionId} are still stored after ${withinMs / 1_000} s.`),
  );
  const events = await lab.rows<{ sid: string; state: string; meant: number }>(
    'traffic',
    `SELECT e.event_key AS sid, e.state, COUNT(n.raw_event_id) AS meant FROM integration_raw_events e
     LEFT JOIN integration_normalized_events n ON n.raw_event_id = e.id WHERE e.connection_id = ? GROUP BY e.id`,
    [connectionId],
  );
  const rows = await lab.rows<{ sid: string }>('app', 'SELECT external_id AS sid FROM messages WHERE connection_id = ?', [
    connectionId,
  ]);
  const eventBySid = new Map(events.map((event) => [event.sid, event]));
  const rowSids = new Set(rows.map(({ sid }) => sid));
  for (const { MessageSid: sid } of messages) {
    const event = eventBySid.get(sid);
    if (!event) findings.lost.push(`The event ${sid} was taken and has no row.`);
    else if (event.state !== 'applied') findings.lost.push(`The event ${sid} is ${event.state}, not applied.`);
    else if (event.meant !== 1) findings.doubled.push(`The event ${sid} means ${event.meant} things.`);
    if (!rowSids.has(sid)) findings.lost.push(`The message ${sid} has no row.`);
  }
  if (events.length > eventBySid.size) findings.doubled.push(`${events.length - eventBySid.size} events are stored twice.`);
  if (rows.length > rowSids.size) findings.doubled.push(`${rows.length - rowSids.size} messages have two rows.`);
  return findings;
}
