/** Whether items of the error queue that count as mended were mended: their rows, their counts and what they came from. */
import { until } from '../harness/until.ts';
import type { Lab } from './lab.ts';
import { nothing, type Findings } from './scenario.ts';

/** By the number at the end of a text, the later one is the greater. */
const passOf = (body: unknown) => Number(/\d+$/.exec(String(body))?.[0] ?? 0);

export async function compareReplayed(lab: Lab, connectionId: string): Promise<Findings> {
  const resolved = await lab.rows<{ id: string; eventId: number | null }>(
    'app',
    `SELECT id, raw_event_id AS eventId FROM integration_error_queue
     WHERE connection_id = ? AND kind = 'record' AND state = 'resolved'`,
    [connectionId],
  );
  const findings = nothing(resolved.length);
  const ids = resolved.flatMap(({ eventId }) => (eventId === null ? [] : String(eventId)));
  const read = () => lab.traffic.events.byIds(connectionId, ids);
  const isMarked = ({ state }: { state: string }) => state === 'applied';
  const events = await until(read, (all) => all.every(isMarked), 60_000).catch(read);
  const rows = await lab.rows<{ sid: string; body: string }>(
    'app',
    'SELECT external_id AS sid, body FROM messages WHERE connection_id = ?',
    [connectionId],
  );
  const bodies = new Map(rows.map(({ sid, body }) => [sid, body]));
  for (const { id, state, event } of events) {
    if (state !== 'applied') findings.stuck.push(`The record ${id} of ${connectionId} is mended, and its event is ${state}.`);
    const record = event?.data['record'] as { sid: string; body: string } | undefined;
    const body = record && bodies.get(record.sid);
    if (record && (body === undefined || passOf(body) < passOf(record.body)))
      findings.lost.push(`The message ${record.sid} of ${connectionId} says "${body}", and "${record.body}" counts as mended.`);
  }
  const [counted] = await lab.rows<{ created: string }>(
    'app',
    `SELECT (SELECT COALESCE(SUM(created), 0) FROM integration_replays WHERE connection_id = ?)
       + (SELECT COALESCE(SUM(r.created), 0) FROM integration_sync_runs r JOIN integration_sync_jobs j ON j.id = r.job_id
          WHERE r.connection_id = ? AND j.stream = 'messages') AS created`,
    [connectionId, connectionId],
  );
  const created = Number(counted!.created);
  if (created !== rows.length)
    (created > rows.length ? findings.doubled : findings.lost).push(
      `${connectionId} has ${rows.length} messages, and runs and replays counted ${created} as created.`,
    );
  return findings;
}
