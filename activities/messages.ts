/** Sends one message and asks after it. The row is the truth: it is claimed before every request. */
import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { isFinal, type DeliveryStatus } from '../domain/delivery-status.ts';
import type { Delivery } from '../db/app/stores/deliveries.ts';
import type { Provider, SendMessage, SentMessage } from '../providers/contract.ts';
import { getDelivery, type DeliveryRef, type SendInput, type SendResult } from './delivery.ts';
import type { ActivityDeps } from './deps.ts';
import { holdBack } from './hold-back.ts';
import { asActivityFailure, callProvider, failWith, openConnection, type OpenedConnection } from './provider-call.ts';

export function messageActivities(deps: ActivityDeps) {
  const { app } = deps;

  return {
    async sendDelivery(input: SendInput): Promise<SendResult> {
      const delivery = await getDelivery(deps, input.deliveryId);
      const settled = isSettled(delivery);
      if (settled) return settled;
      const opened = await openConnection(deps, input.connectionId);
      const action = opened.provider.sendMessage;
      if (!action) throw failWith('configuration_invalid', `${opened.provider.label} cannot send messages.`);

      if (delivery.status === 'queued') {
        if (await app.optOuts.isOptedOut(input.connectionId, delivery.to)) return block(delivery);
        const hold = await holdBack(deps, input, delivery, opened, action.ratePerSenderPerS);
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
            mayBeOut: true,
            why: 'Another attempt is under way.',
          };
      }
      return send(input, delivery, opened, action);
    },

    /** Asks the provider for a status that it did not tell by itself. */
    async pollDelivery(input: DeliveryRef): Promise<{ status: DeliveryStatus }> {
      const delivery = await getDelivery(deps, input.deliveryId);
      if (isFinal(delivery.status) || !delivery.externalId) return { status: delivery.status };
      const { provider, context } = await openConnection(deps, input.connectionId);
      const { externalId } = delivery;
      const sent = await callProvider(provider, () => provider.sendMessage!.fetch(context, externalId));
      await recordOptOut(delivery, provider, sent.errorCode);
      const { status } = await app.deliveries.advance(delivery.id, asDeliveryStatus(sent), {
        source: 'lookup',
        errorCode: sent.errorCode,
        sentence: sentenceOf(provider, sent.errorCode),
      });
      return { status }; // and not the row: a history keeps what an activity answers
    },
  };

  async function block(delivery: Delivery): Promise<SendResult> {
    const { status } = await app.deliveries.advance(delivery.id, 'blocked', {
      source: 'us',
      sentence: 'The person opted out: nothing is sent to them.',
    });
    return { next: 'ended', status };
  }

  /** Whether the provider's code says that this person has opted out; then nothing is sent to them again. */
  async function recordOptOut(delivery: Delivery, provider: Provider, code: string | null): Promise<boolean> {
    if (code === null || !provider.optedOutCodes.includes(code)) return false;
    const { connectionId, companyId, to: address } = delivery;
    await app.optOuts.record({ connectionId, companyId, address, state: 'out', source: `provider:${code}`, at: deps.now() });
    return true;
  }

  /** An earlier attempt's answer was lost. Looks whether it went out; `null` says that it certainly did not. */
  async function lookForEarlierAttempt(
    input: SendInput,
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
        mayBeOut: true,
        why: 'An answer was lost; looks at the provider before sending again.',
      };
    const alike = await callProvider(provider, () => action.find(context, delivery, attemptedAt));
    const taken = await app.deliveries.claimedExternalIds(
      input.connectionId,
      alike.map(({ externalId }) => externalId),
    );
    const own = alike.find(({ externalId }) => !taken.includes(externalId));
    if (!own) return null;
    await recordOptOut(delivery, provider, own.errorCode);
    const { status } = await app.deliveries.accepted(delivery.id, {
      ...own,
      status: asDeliveryStatus(own),
      source: 'lookup',
      sentence: sentenceOf(provider, own.errorCode),
    });
    return { next: 'await_status', status };
  }

  async function send(
    input: SendInput,
    delivery: Delivery,
    { provider, context }: OpenedConnection,
    action: SendMessage,
  ): Promise<SendResult> {
    const { connectionId } = input;
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
          mayBeOut: true,
          why: 'The answer was lost; looks at the provider before sending again.',
        };
      if (failure.code === 'record_rejected') {
        const optedOut = await recordOptOut(delivery, provider, failure.providerCode ?? null);
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

function sentenceOf({ errorCatalogue }: Provider, code: string | null): string | null {
  return (code !== null && errorCatalogue[code]?.sentence) || null;
}

function isSettled(delivery: Delivery): SendResult | null {
  if (isFinal(delivery.status)) return { next: 'ended', status: delivery.status };
  if (delivery.externalId) return { next: 'await_status', status: delivery.status };
  return null;
}
