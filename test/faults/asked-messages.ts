/** Messages that somebody asks the API for, each with a key of its own, and whether each went out once by the far end's own record. */
import { isFinal, type DeliveryStatus } from '../../domain/delivery-status.ts';
import type { SentAtTwilio } from '../harness/delivery.ts';
import type { Launched } from '../harness/scene.ts';
import { until } from '../harness/until.ts';
import type { Lab } from './lab.ts';
import { ask, createPerson, insist, type Person } from './person.ts';
import { nothing, type Findings } from './scenario.ts';

/** A message whose second attempt failed too is tried again after 45 s, then after 135 s. */
const settledWithinMs = 360_000;

interface DeliveryRow {
  id: string;
  to: string;
  status: DeliveryStatus;
  /** Open tasks about it. */
  tasks: number;
}

export interface Asking {
  person: Person;
  path: string;
  body(to: string): object;
}

/** An admin of the company with a template. */
export async function createAsking(lab: Lab, { companyId, connectionId }: Launched): Promise<Asking> {
  const person = await createPerson(lab, companyId, 'company_admin');
  const { body: template } = await insist<{ id: string }>(lab, person, `/companies/${companyId}/templates`, {
    name: 'On the way',
    body: 'Your technician is on the way.',
    variables: [],
  });
  return {
    person,
    path: `/companies/${companyId}/messages`,
    body: (to) => ({ connectionId, templateId: template.id, variables: {}, to }),
  };
}

/** Asks once. */
export const askFor = (lab: Lab, { person, path, body }: Asking, to: string, idempotencyKey: string) =>
  ask<{ id: string }>(lab, person, path, body(to), { idempotencyKey });

/** Repeats the request with its key until it is taken; answers the message's id. */
export async function insistOn(lab: Lab, { person, path, body }: Asking, to: string, idempotencyKey: string): Promise<string> {
  const isForGood = ({ status }: { status: number }) => status === 202;
  return (await insist<{ id: string }>(lab, person, path, body(to), { idempotencyKey, isForGood })).body.id;
}

/**
 * Waits until each has ended or waits for a person, who decides what they are asked; then each of `people` was written to once, or
 * somebody knows that it did not work. `accepted` are the ids that were answered.
 */
export async function compareAsked(
  lab: Lab,
  { connectionId, account }: Launched,
  { person }: Asking,
  { people, accepted }: { people: string[]; accepted: string[] },
): Promise<Findings> {
  const deliveries = () =>
    lab.rows<DeliveryRow>(
      'app',
      `SELECT d.id, d.to_address AS \`to\`, d.status, (SELECT COUNT(*) FROM admin_tasks t WHERE t.open_subject = d.id) AS tasks
       FROM message_deliveries d WHERE d.connection_id = ?`,
      [connectionId],
    );
  const atTwilio = () => lab.sandbox.control<SentAtTwilio[]>('twilio', 'messages', { accountSid: account.accountSid });
  const decided = async () => {
    const all = await deliveries();
    for (const row of all) if (row.status === 'ambiguous' && row.tasks > 0) await decide(lab, person, row, await atTwilio());
    return all;
  };
  const hasEnded = ({ status, tasks }: DeliveryRow) => isFinal(status) || (tasks > 0 && status !== 'ambiguous');
  const rows = await until(decided, (all) => all.every(hasEnded), settledWithinMs).catch(deliveries);
  return judge(connectionId, { people, accepted, rows, there: await atTwilio() });
}

/** The person looks at Twilio's console, and says what they saw. */
function decide(lab: Lab, person: Person, { id, to }: DeliveryRow, there: SentAtTwilio[]) {
  const decision = there.some((sent) => sent.to === to) ? 'was_sent' : 'send_again';
  return ask(lab, person, `/messages/${id}/decide`, { decision });
}

interface Seen {
  people: string[];
  accepted: string[];
  rows: DeliveryRow[];
  there: SentAtTwilio[];
}

function judge(connectionId: string, { people, accepted, rows, there }: Seen): Findings {
  const findings: Findings = { ...nothing(people.length), forPerson: [] };
  const ids = new Set(rows.map(({ id }) => id));
  for (const id of accepted)
    if (!ids.has(id)) findings.lost.push(`The message ${id} of ${connectionId} was accepted and has no row.`);
  for (const to of people) {
    const times = there.filter((sent) => sent.to === to).length;
    const own = rows.filter((row) => row.to === to);
    const said = own.map(({ id, status }) => `${id} ${status}`).join(', ') || 'no row';
    if (times > 1) findings.doubled.push(`Twilio was asked ${times} times for one message of ${connectionId}: ${said}.`);
    const isDone = own.some(({ status }) => status === 'delivered');
    const isTold = own.some(({ tasks }) => tasks > 0);
    if (times === 0 && isDone)
      findings.lost.push(`A message of ${connectionId} counts as delivered and is not at Twilio: ${said}.`);
    if (!isDone && isTold) findings.forPerson!.push(`A message of ${connectionId} waits for a person: ${said}.`);
    if (!isDone && !isTold) findings.stuck.push(`A message of ${connectionId} is not delivered, and nobody is told: ${said}.`);
  }
  return findings;
}
