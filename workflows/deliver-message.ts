/**
 * One message: send it when it may go out, await the provider's word, hand it to a person when it cannot be known or delivered.
 * Never twice: an attempt whose answer was lost is looked up at the provider before anything is sent again.
 */
import { allHandlersFinished, condition, patched, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { isDelivered, isFinal, mayAdvance, type DeliveryStatus } from '../domain/delivery-status.ts';
import type { FailureCode } from '../domain/failure.ts';
import { readFailure } from './failure.ts';
import {
  cancelDeliveryUpdate,
  decideDeliveryUpdate,
  deliveryStatusSignal,
  fallBackUpdate,
  type CommandAnswer,
  type DecideDeliveryInput,
  type DeliverMessageInput,
  type DeliverMessageResult,
  type FallBackInput,
} from './messages.ts';
import { own, sending } from './proxies.ts';

/** How often the provider is asked for a status that it never told by itself. */
const pollsMax = 3;

export async function deliverMessage(input: DeliverMessageInput): Promise<DeliverMessageResult> {
  const { deliveryId } = input;
  let status: DeliveryStatus = 'queued';
  let sent = false;
  let attempting = false;
  let mayBeOut = false;
  let waitsForPerson = false;
  let decision: DecideDeliveryInput | undefined;
  let fallback: FallBackInput | undefined;
  let cancelledBy: string | undefined;
  let vouchedFor = false;

  setHandler(deliveryStatusSignal, (change) => {
    if (mayAdvance(status, change.status)) status = change.status;
    sent = true;
  });
  setHandler(decideDeliveryUpdate, (given): CommandAnswer => {
    if (!waitsForPerson || isFinal(status))
      return { verdict: 'refused', reason: 'The message does not wait for a decision: look at its status.' };
    decision = given;
    waitsForPerson = false;
    return { verdict: 'accepted' };
  });
  setHandler(fallBackUpdate, (given): CommandAnswer => {
    if (!waitsForPerson)
      return { verdict: 'refused', reason: 'The message does not wait for a person now: look at its options.' };
    fallback = given;
    waitsForPerson = false;
    return { verdict: 'accepted' };
  });
  setHandler(cancelDeliveryUpdate, ({ by }): CommandAnswer => {
    if (cancelledBy) return { verdict: 'already', sentence: 'The message is being cancelled.' };
    if (sent || attempting || mayBeOut || status !== 'queued')
      return { verdict: 'refused', reason: 'The message was handed to the provider and cannot be called back.' };
    cancelledBy = by;
    return { verdict: 'accepted' };
  });

  if (input.fallbackId) return own.applyFallback({ deliveryId, fallbackId: input.fallbackId });
  if (input.question) await askPerson(input.question);
  let slotAtMs: number | null = null;
  while (!sent && !isFinal(status)) {
    if (cancelledBy) {
      ({ status } = await own.withdrawDelivery({ deliveryId, by: cancelledBy }));
      continue;
    }
    const tried = await attempt(slotAtMs);
    if (tried.next === 'await_status') sent = true;
    else if (tried.next === 'wait') {
      ({ slotAtMs, mayBeOut } = tried);
      setCurrentDetails(tried.why);
      await condition(() => sent || cancelledBy !== undefined, tried.waitMs);
    } else if (tried.next === 'ask_person') await askPerson(tried);
    if ('status' in tried && mayAdvance(status, tried.status)) status = tried.status;
  }

  for (let poll = 0; poll < pollsMax && !isFinal(status); poll += 1) {
    setCurrentDetails('Handed to the provider; waiting for its word on the delivery.');
    if (await condition(() => isFinal(status), input.policy.statusWithinMs)) break;
    const polled = await sending.pollDelivery(input).catch(() => ({ status }));
    if (mayAdvance(status, polled.status)) status = polled.status;
  }

  const reachedNobody = isFinal(status) && !isDelivered(status) && status !== 'cancelled';
  // A person who said that it was sent need not hear that the provider never told more.
  if (reachedNobody || (!isFinal(status) && !vouchedFor)) await own.openDeliveryTask({ ...input, status });
  if (reachedNobody && input.policy.fallbackWithinMs > 0 && patched('message-fallback')) await awaitFallback();
  setCurrentDetails(`Ended: ${status}.`);
  await condition(allHandlersFinished);
  return { status };

  async function attempt(slot: number | null) {
    attempting = true;
    try {
      return await sending.sendDelivery({ ...input, slotAtMs: slot });
    } catch (error) {
      return { next: 'ask_person' as const, ...readFailure(error) };
    } finally {
      attempting = false;
    }
  }

  async function askPerson({ code, sentence }: { code: FailureCode; sentence: string }): Promise<void> {
    setCurrentDetails(`Waits for a person: ${sentence}`);
    mayBeOut = true; // until the row says otherwise
    const held = await own.holdDelivery({ ...input, code, sentence });
    mayBeOut = held.status !== 'queued';
    waitsForPerson = true;
    await condition(() => decision !== undefined || fallback !== undefined || sent || cancelledBy !== undefined);
    waitsForPerson = false;
    if (fallback) return carryOut(fallback);
    if (!decision) return own.closeDeliveryQuestion(input);
    const decided = await own.applyDeliveryDecision({ deliveryId, decision: decision.decision, by: decision.by });
    if (decision.decision === 'was_sent') vouchedFor = sent = true;
    decision = undefined;
    mayBeOut = decided.status !== 'queued';
    if (mayAdvance(status, decided.status)) status = decided.status;
  }

  /** A person may do something instead. When nobody does in time, the task stays, and the choice too. */
  async function awaitFallback(): Promise<void> {
    setCurrentDetails(`Reached nobody (${status}). Waits for what a person does instead.`);
    waitsForPerson = true;
    await condition(() => fallback !== undefined || isDelivered(status), input.policy.fallbackWithinMs);
    waitsForPerson = false;
    if (fallback) await carryOut(fallback);
    else if (isDelivered(status)) await own.closeDeliveryQuestion(input);
  }

  async function carryOut({ fallbackId }: FallBackInput): Promise<void> {
    fallback = undefined;
    const applied = await own.applyFallback({ deliveryId, fallbackId });
    mayBeOut = applied.status !== 'queued';
    if (mayAdvance(status, applied.status)) status = applied.status;
  }
}
