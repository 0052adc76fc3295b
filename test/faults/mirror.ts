/** Whether our rows mirror what exists at the far end, as the vendor's own API lists it. */
import { toMessageStatus } from '../../providers/twilio/statuses.ts';
import { commandsOf } from '../harness/connector.ts';
import type { Launched } from '../harness/scene.ts';
import type { Lab } from './lab.ts';
import { recovered, recoveredWithinMs } from './recovered.ts';
import { nothing, type Findings } from './scenario.ts';

interface ListedMessage {
  sid: string;
  status: string;
  date_sent: string;
}

/** Fills the account's past with messages of the last days, which a sync's window still reads. */
export async function fillAccount(lab: Lab, { account }: Launched, messages: number): Promise<void> {
  const { accountSid: sid, authToken, number } = account;
  const numbers = [{ phoneNumber: number }];
  await lab.sandbox.control('twilio', 'createAccount', { sid, authToken, numbers, messages, messageDays: 1 });
}

export async function listAtTwilio(lab: Lab, { account }: Pick<Launched, 'account'>): Promise<ListedMessage[]> {
  const authorization = `Basic ${Buffer.from(`${account.accountSid}:${account.authToken}`).toString('base64')}`;
  const listed: ListedMessage[] = [];
  let path: string | null = `/2010-04-01/Accounts/${account.accountSid}/Messages.json?PageSize=1000`;
  while (path) {
    const answer = await fetch(`${lab.sandbox.url}/twilio${path}`, { headers: { authorization } });
    const page = (await answer.json()) as { messages: ListedMessage[]; next_page_uri: string | null };
    listed.push(...page.messages);
    path = page.next_page_uri;
  }
  return listed;
}

/** Each message at the far end is one row of ours, with its status, and was counted as created once. */
export async function compareMessages(lab: Lab, launched: Pick<Launched, 'account' | 'connectionId'>): Promise<Findings> {
  const { connectionId } = launched;
  const there = await listAtTwilio(lab, launched);
  const rows = await lab.rows<{ externalId: string; status: string }>(
    'app',
    'SELECT external_id AS externalId, status FROM messages WHERE connection_id = ?',
    [connectionId],
  );
  const here = new Map(rows.map((row) => [row.externalId, row]));
  const [counted] = await lab.rows<{ created: string | null }>(
    'app',
    `SELECT SUM(r.created) AS created FROM integration_sync_runs r JOIN integration_sync_jobs j ON j.id = r.job_id
     WHERE r.connection_id = ? AND j.stream = 'messages'`,
    [connectionId],
  );
  const findings = nothing(there.length);
  for (const { sid, status } of there) {
    const row = here.get(sid);
    if (!row) findings.lost.push(`The message ${sid} of ${connectionId} has no row.`);
    else if (row.status !== toMessageStatus(status))
      findings.lost.push(`The message ${sid} of ${connectionId} is ${row.status} here and ${status} there.`);
  }
  if (rows.length > here.size) findings.doubled.push(`${connectionId} has ${rows.length - here.size} messages twice.`);
  if (Number(counted?.created) > here.size)
    findings.doubled.push(`${connectionId} has ${here.size} messages, and its runs counted ${counted!.created!} as created.`);
  return findings;
}

/** The run that was cut goes on by itself; then the rows mirror the far end, and a run more finds nothing new. */
export async function mirrored(lab: Lab, launched: Launched): Promise<Findings> {
  const { connectionId } = launched;
  const commands = commandsOf(lab, launched);
  const messagesJob = async () => (await lab.app.jobs.list(connectionId)).find(({ stream }) => stream === 'messages')!;
  const { lastRunId } = await recovered(messagesJob, ({ runningRunId }) => runningRunId === null);
  const cut = await lab.app.runs.find(lastRunId!);
  const findings = await compareMessages(lab, launched);
  if (cut?.outcome !== 'succeeded') findings.stuck.push(`The run ${lastRunId} of ${connectionId} ended as ${cut?.outcome}.`);

  await recovered(commands.syncNow, ({ verdict }) => verdict === 'accepted');
  await commands.idle(recoveredWithinMs);
  const again = await lab.app.runs.find((await messagesJob()).lastRunId!);
  if (again?.outcome !== 'succeeded' || again.counts.created > 0)
    findings.lost.push(`A run after the cut one of ${connectionId} ${again?.outcome} and found ${again?.counts.created} new.`);
  return findings;
}
