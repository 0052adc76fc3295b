import { holdsEvents } from '../domain/connection-state.ts';
import { quietUntil } from '../domain/quiet-hours.ts';
import type { Delivery } from '../db/app/stores/deliveries.ts';
import type { SendInput, SendResult } from './delivery.ts';
import type { ActivityDeps } from './deps.ts';
import type { OpenedConnection } from './provider-call.ts';

/** How often a message looks whether its paused connection was resumed. */
const pausedCheckMs = 15 * 60_000;
/** Events are read within moments; older ones are a backlog, and a STOP may be among them. */
const backlogMs = 5_000;
const backlogCheckMs = 15_000;

/**
 * Why a message must not go out yet, or `null`: what people reply is not read (the connection is paused, or a backlog is being
 * drained), quiet hours of the recipient's company, the sender's own pace.
 */
export async function holdBack(
  deps: ActivityDeps,
  input: SendInput,
  delivery: Delivery,
  { connection }: OpenedConnection,
  ratePerS: number,
): Promise<SendResult | null> {
  const now = deps.now().getTime();
  const hold = (waitMs: number, why: string, slotAtMs: number | null = null): SendResult => ({
    next: 'wait',
    waitMs,
    slotAtMs,
    mayBeOut: false,
    why,
  });

  if (holdsEvents(connection.state))
    return hold(pausedCheckMs, `The connection is ${connection.state}, and replies wait unread.`);
  const unreadForMs = await deps.traffic.events.waitingForMs(connection.id);
  if (unreadForMs !== null && unreadForMs > backlogMs) return hold(backlogCheckMs, 'Replies are being read first.');

  const company = await deps.app.companies.find(input.companyId);
  const quietEnd = quietUntil(now, input.policy.quietHours, company?.timeZone ?? 'UTC');
  if (quietEnd > now) return hold(quietEnd - now, `Quiet hours until ${new Date(quietEnd).toISOString()}.`);

  if (input.slotAtMs !== null) return null; // its turn was awaited
  const turnMs = await deps.app.accounts.reserveSendSlot({
    connectionId: connection.id,
    address: delivery.from,
    ratePerS,
  });
  return turnMs > 0 ? hold(turnMs, 'Waits for its sender’s turn.', now + turnMs) : null;
}
