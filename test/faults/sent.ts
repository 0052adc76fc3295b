/** Whether each message of a connection went out exactly once, by the far end's own record of what it was asked. */
import type { SentAtTwilio, Sending } from '../harness/delivery.ts';
import type { Launched } from '../harness/scene.ts';
import { until } from '../harness/until.ts';
import type { Lab } from './lab.ts';
import { recovered } from './recovered.ts';
import { nothing, type Findings } from './scenario.ts';

interface SentRow {
  id: string;
  to: string;
  body: string;
  status: string;
  externalId: string | null;
}

/** A message that goes well takes at most 25; each look at the provider, each wait for its turn and each dead worker some more. */
const historyEventsMax = 120;

/**
 * Waits until each message's workflow has ended; then each row is `delivered` as one message at the far end with its words, no two as
 * the same, and there is none besides.
 */
export async function compareSent(lab: Lab, launched: Launched, sendings: Sending[], withinMs = 240_000): Promise<Findings> {
  const { connectionId, account } = launched;
  const findings = nothing(sendings.length);
  await Promise.all(
    sendings.map(async ({ deliveryId, handle }) => {
      const read = async () => handle.describe();
      const { status, historyLength } = await until(read, (now) => now.status.name !== 'RUNNING', withinMs).catch(read);
      if (status.name !== 'COMPLETED') findings.stuck.push(`The workflow of ${deliveryId} is ${status.name}.`);
      if (historyLength > historyEventsMax) findings.stuck.push(`The history of ${deliveryId} has ${historyLength} events.`);
    }),
  );
  // A word that came late is still on its way into the rows when the workflow no longer waits for it.
  const readRows = () =>
    lab.rows<SentRow>(
      'app',
      `SELECT id, to_address AS \`to\`, body, status, external_id AS externalId FROM message_deliveries WHERE connection_id = ?`,
      [connectionId],
    );
  const isSettled = ({ status, externalId }: SentRow) => status === 'delivered' && externalId !== null;
  const rows = await recovered(readRows, (all) => all.every(isSettled)).catch(readRows);
  const there = new Map(
    (await lab.sandbox.control<SentAtTwilio[]>('twilio', 'messages', { accountSid: account.accountSid })).map((sent) => [
      sent.sid,
      sent,
    ]),
  );
  for (const { id, to, body, status, externalId } of rows) {
    const sent = there.get(externalId ?? '');
    there.delete(externalId ?? '');
    if (status !== 'delivered') findings.stuck.push(`The message ${id} of ${connectionId} is ${status}.`);
    if (sent?.to !== to || sent.body !== body) findings.lost.push(`The message ${id} of ${connectionId} is not at Twilio.`);
  }
  for (const sid of there.keys()) findings.doubled.push(`Twilio was asked for ${sid} of ${connectionId} once too often.`);
  const open = await lab.rows<{ sentence: string }>(
    'app',
    'SELECT sentence FROM admin_tasks WHERE connection_id = ? AND completed_at IS NULL',
    [connectionId],
  );
  for (const { sentence } of open) findings.stuck.push(`${connectionId} waits for a person: ${sentence}`);
  return findings;
}
