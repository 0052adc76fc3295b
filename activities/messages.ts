/** Sends one message, asks after it, and hands it to people. The row is the truth: it is claimed before every request. */
import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import type { FailureCode } from '../domain/failure.ts';
import { isFinal, type DeliveryStatus } from '../domain/delivery-status.ts';
import { quietUntil } from '../domain/quiet-hours.ts';
import type { ConnectionPolicy } from '../domain/policy.ts';
import type { Delivery } from '../db/app/stores/deliveries.ts';
import type { SendMessage, SentMessage } from '../providers/contract.ts';
import type { ActivityDeps, ConnectionRef } from './deps.ts';
import { asActivityFailure, callProvider, failWith, openConnection, type OpenedConnection } from './provider-call.ts';

interface DeliveryRef extends ConnectionRef {
  deliveryId: string;
  policy: ConnectionPolicy['delivery'];
}

export type SendResult =
  | { next: 'await_status' | 'ended'; status: DeliveryStatus }
  /** `slotAtMs` is the sender's reserved place, kept so that waiting for it does not reserve another. */
  | { next: 'wait'; waitMs: number; slotAtMs: number | null; why: string }
  | { next: 'ask_person'; code: FailureCode; sentence: string };

export function messageActivities(deps: ActivityDeps) {
  const { app } = deps;

  return {
    async sendDelivery(input: DeliveryRef & { slotAtMs: number | null }): Promise<SendResult> {
      const delivery = await get(input.deliveryId);
      const settled = isSettled(delivery);
      if (settled) return settled;
      const opened = await openConnection(deps, input.connectionId);
      const action = opened.provider.sendMessage;
      if (!action) throw failWith('configuration_invalid', `${opened.provider.label} cannot send messages.`);

      if (delivery.status === 'queued') {
        if (await app.optOuts.isOptedOut(input.connectionId, delivery.to)) return block(delivery);
        const hold = await holdBack(input, delivery, action);
        if (hold) return hold;
      }
      const claim = await app.deliveries.claim(delivery.id);
      if (!claim.first) {
        const found = await lookForEarlierAttempt(input, delivery, claim.attemptedAt ?? delivery.createdAt, opened, action);
        if (found) return found;
        // Certainly not sent: the row goes back to queued and is claimed anew, so that a crash from here on is seen again.
        await app.deliveries.release(delivery.id);
        const again = await app.deliveries.claim(delivery.id);
        if (!again.first)
          return {
            next: 'wait',
            waitMs: input.policy.lookAfterMs,
            slotAtMs: input.slotAtMs,
            why: 'Another attempt is under way.',
          };
      }
      return send(input, delivery, opened, action);
    },

    /** Asks the provider for a status that it did not tell by itself. */
    async pollDelivery(input: DeliveryRef): Promise<{ status: DeliveryStatus }> {
      const delivery = await get(input.deliveryId);
      if (isFinal(delivery.status) || !delivery.externalId) return { status: delivery.status };
      const { provider, context } = await openConnection(deps, input.connectionId);
      const { externalId } = delivery;
      const sent = await callProvider(provider, () => provider.sendMessage!.fetch(context, externalId));
      return app.deliveries.advance(delivery.id, asDeliveryStatus(sent), { source: 'lookup', errorCode: sent.errorCode });
    },

    /** Nobody can know, or nobody can send: the message waits, visibly, for a person. */
    async holdDelivery(input: DeliveryRef & { code: FailureCode; sentence: string }): Promise<void> {
      const { deliveryId, companyId, connectionId, code, sentence } = input;
      const delivery = await get(deliveryId);
      if (delivery.status === 'sending') await app.deliveries.advance(deliveryId, 'ambiguous', { source: 'us', sentence });
      await app.errorQueue.put({
        companyId,
        connectionId,
        kind: 'delivery',
        cause: deliveryId,
        code,
        sentence,
        rawEventId: null,
        deliveryId,
      });
      await app.tasks.open({
        companyId,
        connectionId,
        cause: 'message_waits',
        subject: deliveryId,
        sentence: `A message waits for your decision. ${sentence}`,
      });
    },

    async applyDeliveryDecision(input: {
      deliveryId: string;
      decision: 'was_sent' | 'send_again' | 'abandon';
      by: string;
    }): Promise<{ status: DeliveryStatus }> {
      const { deliveryId, decision, by } = input;
      const sentence = `A person decided: ${decision.replace('_', ' ')} (${by}).`;
      if (decision === 'send_again') await app.deliveries.release(deliveryId);
      else
        await app.deliveries.advance(deliveryId, decision === 'was_sent' ? 'accepted' : 'cancelled', {
          source: 'person',
          sentence,
        });
      await app.tasks.completeBySubject(deliveryId, sentence, by);
      const delivery = await get(deliveryId);
      await app.errorQueue.settle({ connectionId: delivery.connectionId, deliveryId });
      return { status: delivery.status };
    },

    async withdrawDelivery({ deliveryId, by }: { deliveryId: string; by: string }): Promise<{ status: DeliveryStatus }> {
      return app.deliveries.advance(deliveryId, 'cancelled', {
        source: 'person',
        sentence: `Cancelled by ${by} before it was sent.`,
      });
    },

    /** The message ended without reaching anybody: somebody should know, and may choose another way. */
    async openDeliveryTask(input: DeliveryRef & { status: DeliveryStatus }): Promise<void> {
      const delivery = await get(input.deliveryId);
      const why = delivery.sentence ?? 'The provider gave no reason.';
      await app.tasks.open({
        companyId: input.companyId,
        connectionId: input.connectionId,
        cause: `message_${input.status}`,
        subject: input.deliveryId,
        sentence: `A message ended as ${input.status}. ${why} Reach the person another way, or correct the cause and send a new message.`,
      });
    },
  };

  async function get(deliveryId: string): Promise<Delivery> {
    const delivery = await app.deliveries.find(deliveryId);
    if (!delivery) throw failWith('defect', `The delivery ${deliveryId} is gone, though its workflow lives.`);
    return delivery;
  }

  async function block(delivery: Delivery): Promise<SendResult> {
    const { status } = await app.deliveries.advance(delivery.id, 'blocked', {
      source: 'us',
      sentence: 'The person opted out: nothing is sent to them.',
    });
    return { next: 'ended', status };
  }

  /** Quiet hours of the recipient's company first, then the sender's own pace. */
  async function holdBack(
    input: DeliveryRef & { slotAtMs: number | null },
    delivery: Delivery,
    action: SendMessage,
  ): Promise<SendResult | null> {
    const now = deps.now().getTime();
    const company = await app.companies.find(input.companyId);
    const quietEnd = quietUntil(now, input.policy.quietHours, company?.timeZone ?? 'UTC');
    if (quietEnd > now)
      return {
        next: 'wait',
        waitMs: quietEnd - now,
        slotAtMs: null,
        why: `Quiet hours until ${new Date(quietEnd).toISOString()}.`,
      };
    const slotAtMs =
      input.slotAtMs ??
      (
        await app.accounts.reserveSendSlot({
          connectionId: input.connectionId,
          address: delivery.from,
          ratePerS: action.ratePerSenderPerS,
          now: new Date(now),
        })
      ).getTime();
    return slotAtMs > now ? { next: 'wait', waitMs: slotAtMs - now, slotAtMs, why: 'Waits for its sender’s turn.' } : null;
  }

  /** An earlier attempt's answer was lost. Looks whether it went out; `null` says that it certainly did not. */
  async function lookForEarlierAttempt(
    input: DeliveryRef & { slotAtMs: number | null },
    delivery: Delivery,
    attemptedAt: Date,
    { provider, context }: OpenedConnection,
    action: SendMessage,
  ): Promise<SendResult | null> {
    const waitMs = attemptedAt.getTime() + input.policy.lookAfterMs - deps.now().getTime();
    if (waitMs > 0)
      return {
        next: 'wait',
        waitMs,
        slotAtMs: input.slotAtMs,
        why: 'An answer was lost; looks at the provider before sending again.',
      };
    const alike = await callProvider(provider, () => action.find(context, delivery, attemptedAt));
    const taken = await app.deliveries.claimedExternalIds(
      input.connectionId,
      alike.map(({ externalId }) => externalId),
    );
    const own = alike.find(({ externalId }) => !taken.includes(externalId));
    if (!own) return null;
    const { status } = await app.deliveries.accepted(delivery.id, { ...own, status: asDeliveryStatus(own), source: 'lookup' });
    return { next: 'await_status', status };
  }

  async function send(
    input: DeliveryRef & { slotAtMs: number | null },
    delivery: Delivery,
    { provider, context }: OpenedConnection,
    action: SendMessage,
  ): Promise<SendResult> {
    const { connectionId, companyId } = input;
    const callback = `${deps.publicUrl}/webhooks/${provider.key}/${connectionId}?delivery=${delivery.id}`;
    try {
      const sent = await action.send(context, {
        from: delivery.from,
        to: delivery.to,
        body: delivery.body,
        statusCallbackUrl: callback,
      });
      const { status } = await app.deliveries.accepted(delivery.id, { ...sent, status: asDeliveryStatus(sent), source: 'us' });
      return { next: 'await_status', status };
    } catch (error) {
      if (error instanceof ApplicationFailure || error instanceof CancelledFailure) throw error;
      const failure = provider.classify(error);
      if (failure.effect === 'unknown')
        return {
          next: 'wait',
          waitMs: input.policy.lookAfterMs,
          slotAtMs: input.slotAtMs,
          why: 'The answer was lost; looks at the provider before sending again.',
        };
      if (failure.code === 'record_rejected') {
        const optedOut = provider.optedOutCodes.includes(failure.providerCode ?? '');
        if (optedOut)
          await app.optOuts.record({
            connectionId,
            companyId,
            address: delivery.to,
            state: 'out',
            source: `provider:${failure.providerCode}`,
            at: deps.now(),
          });
        const { status } = await app.deliveries.advance(delivery.id, optedOut ? 'blocked' : 'failed', {
          source: 'us',
          errorCode: failure.providerCode ?? null,
          sentence: failure.sentence,
        });
        return { next: 'ended', status };
      }
      await app.deliveries.release(delivery.id);
      throw asActivityFailure(failure);
    }
  }
}

/** A message's status at the provider, as the status of our delivery. */
function asDeliveryStatus({ status }: SentMessage): DeliveryStatus {
  return status === 'received' ? 'delivered' : status;
}

function isSettled(delivery: Delivery): SendResult | null {
  if (isFinal(delivery.status)) return { next: 'ended', status: delivery.status };
  if (delivery.externalId) return { next: 'await_status', status: delivery.status };
  return null;
}
