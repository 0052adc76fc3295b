/** Events of both kinds as Twilio posts them, what must come of each, and whether it did. */
import { randomBytes } from 'node:crypto';
import type { Launched } from '../harness/scene.ts';
import { freshNumber } from '../harness/twilio-account.ts';
import { until } from '../harness/until.ts';
import { inboundMessages, type Inbound } from './inbound.ts';
import type { Lab } from './lab.ts';
import { nothing, type Findings } from './scenario.ts';

/** What must come of events, whatever is killed while they are stored and applied. */
export interface Expected {
  /** By the event's identity. Of what means nothing to us, `things` is 0. */
  events: Map<string, { things: number; duplicates?: number }>;
  /** Direction and status by the message's id, such as `outbound delivered`. */
  rows: Map<string, string>;
  optOuts: Map<string, 'out' | 'in'>;
}

export const randomMessageSid = () => `SM${randomBytes(16).toString('hex')}`;

/** https://www.twilio.com/docs/messaging/guides/track-outbound-message-status */
export function statusForm({ account }: Launched, MessageSid: string, MessageStatus: string): Inbound {
  return { MessageSid, AccountSid: account.accountSid, From: account.number, To: '+14155550123', MessageStatus };
}

const stops = 6;
const unknownStatuses = 5;

/**
 * `count` replies, as many messages of which only their statuses tell, people who text STOP, half of whom take it back, and statuses
 * that Twilio has yet to invent. What is in `after` is to be posted after all that is in `first`.
 */
export function mixedEvents(launched: Launched, count: number): { first: Inbound[]; after: Inbound[]; expected: Expected } {
  const expected: Expected = { events: new Map(), rows: new Map(), optOuts: new Map() };
  const reply = (form: Inbound, things: number) => {
    expected.events.set(form.MessageSid, { things });
    expected.rows.set(form.MessageSid, 'inbound received');
    return form;
  };
  const status = (sid: string, value: string, things = 1) => {
    expected.events.set(`${sid}:${value}`, { things });
    return statusForm(launched, sid, value);
  };
  const word = (From: string, Body: 'STOP' | 'START') => {
    expected.optOuts.set(From, Body === 'STOP' ? 'out' : 'in');
    return reply({ ...inboundMessages(launched, 1)[0]!, From, Body }, 2);
  };

  const people = Array.from({ length: stops }, freshNumber);
  const told = Array.from({ length: count }, randomMessageSid);
  for (const sid of told) expected.rows.set(sid, 'outbound delivered');
  const replies = inboundMessages(launched, count).map((form) => reply(form, 1));
  return {
    first: [
      ...replies,
      ...told.map((sid) => status(sid, 'sent')),
      ...people.map((person) => word(person, 'STOP')),
      ...Array.from({ length: unknownStatuses }, () => status(randomMessageSid(), 'teleported', 0)),
    ],
    after: [...told.map((sid) => status(sid, 'delivered')), ...people.slice(stops / 2).map((person) => word(person, 'START'))],
    expected,
  };
}

/** Waits until none is stored any more, and looks at events, what they meant, rows, opt-outs and metrics. */
export async function compareApplied(
  lab: Lab,
  { connectionId }: Launched,
  { events, rows, optOuts }: Expected,
  withinMs = 180_000,
): Promise<Findings> {
  const findings = nothing(events.size);
  const { lost, doubled, stuck } = findings;
  const waiting = () => lab.traffic.events.countWaiting(connectionId);
  const left = await until(waiting, (count) => count === 0, withinMs).catch(waiting);
  if (left > 0) stuck.push(`${left} events of ${connectionId} are still stored after ${withinMs / 1_000} s.`);

  const stored = await lab.rows<{ key: string; state: string; duplicates: number; things: number }>(
    'traffic',
    `SELECT e.event_key AS \`key\`, e.state, e.duplicates, COUNT(n.raw_event_id) AS things FROM integration_raw_events e
     LEFT JOIN integration_normalized_events n ON n.raw_event_id = e.id WHERE e.connection_id = ? GROUP BY e.id`,
    [connectionId],
  );
  const byKey = new Map(stored.map((event) => [event.key, event]));
  if (stored.length > byKey.size) doubled.push(`${stored.length - byKey.size} events of ${connectionId} are stored twice.`);
  for (const [key, { things, duplicates = 0 }] of events) {
    const event = byKey.get(key);
    const state = things > 0 ? 'applied' : 'ignored';
    if (!event) lost.push(`The event ${key} was taken and has no row.`);
    else if (event.state !== state) lost.push(`The event ${key} is ${event.state}, and should be ${state}.`);
    else if (event.things < things) lost.push(`The event ${key} means ${event.things} things instead of ${things}.`);
    else if (event.things > things) doubled.push(`The event ${key} means ${event.things} things instead of ${things}.`);
    if (event && event.duplicates !== duplicates)
      (event.duplicates < duplicates ? lost : doubled).push(`${key} counts ${event.duplicates} duplicates, not ${duplicates}.`);
  }

  const messages = await lab.rows<{ sid: string; says: string }>(
    'app',
    `SELECT external_id AS sid, CONCAT(direction, ' ', status) AS says FROM messages WHERE connection_id = ?`,
    [connectionId],
  );
  const bySid = new Map(messages.map(({ sid, says }) => [sid, says]));
  for (const [sid, says] of rows)
    if (bySid.get(sid) !== says) lost.push(`The message ${sid} is "${bySid.get(sid) ?? 'not there'}", and should be "${says}".`);
  if (messages.length > rows.size)
    doubled.push(`${connectionId} has ${messages.length - rows.size} messages that nobody told of.`);

  const words = await lab.rows<{ address: string; state: string }>(
    'app',
    'SELECT address, state FROM message_opt_outs WHERE connection_id = ?',
    [connectionId],
  );
  const byAddress = new Map(words.map(({ address, state }) => [address, state]));
  for (const [address, state] of optOuts)
    if (byAddress.get(address) !== state)
      lost.push(`A person's last word is "${state}", and is kept as "${byAddress.get(address) ?? 'nothing'}".`);
  lost.push(...(await wrongMetrics(lab, connectionId)));
  return findings;
}

/** The metrics that are shown are what the rows add up to. */
async function wrongMetrics(lab: Lab, connectionId: string): Promise<string[]> {
  const [counted] = await lab.rows<Record<string, string | null>>(
    'app',
    `SELECT SUM(direction = 'outbound' AND status IN ('delivered', 'read')) AS messages_delivered,
       SUM(direction = 'inbound') AS messages_received FROM messages WHERE connection_id = ?`,
    [connectionId],
  );
  const shown = await lab.rows<{ metric: string; value: string }>(
    'app',
    `SELECT metric_key AS metric, value FROM metric_snapshots WHERE connection_id = ? AND kind = 'current' ORDER BY taken_at`,
    [connectionId],
  );
  const newest = new Map(shown.map(({ metric, value }) => [metric, Number(value)]));
  return Object.entries(counted!)
    .filter(([metric, value]) => newest.get(metric) !== Number(value))
    .map(([metric, value]) => `${metric} of ${connectionId} shows ${newest.get(metric)}, and the rows say ${value}.`);
}
