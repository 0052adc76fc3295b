/** Sends one message and asks after it. The row is the truth: it is claimed before every request. */
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { isFinal, type DeliveryStatus } from '../domain/delivery-status.ts';
import type { Attempt, Delivery } from '../db/app/stores/deliveries.ts';
import type { Provider, SendMessage, SentMessage } from '../providers/contract.ts';
import {
  giveWay,
  isFresh,
  lookLater,
  lostAnswer,
  waitBeforeLook,
  withHeartbeat,
  withPatience,
  type Claimed,
} from './attempts.ts';
import { getDelivery, type DeliveryRef, type SendInput, type SendResult } from './delivery.ts';
import type { ActivityDeps } from './deps.ts';
import { holdBack } from './hold-back.ts';
import { asActivityFailure, failWith, openConnection, type OpenedConnection } from './provider-call.ts';

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

      if (delivery.status !== 'queued') {
        const earlier = await app.deliveries.lastAttempt(delivery.id);
        const found = await lookForEarlierAttempt(input, delivery, earlier, opened, action);
        if (found) return found;
        // Certainly not sent: it waits its turn again, and is claimed anew, so that a crash from here on is seen again.
        if (!(await app.deliveries.release(delivery.id, earlier.number))) return giveWay(input);
      }
      if (await app.optOuts.isOptedOut(input.connectionId, delivery.to)) return block(delivery);
      const hold = await holdBack(deps, input, delivery, opened, action.ratePerSenderPerS);
      if (hold) return hold;
      const claimedAtMs = performance.now();
      const attempt = await app.deliveries.claim(delivery.id);
      return attempt === null ? giveWay(input) : send(input, delivery, { attempt, claimedAtMs }, opened, action);
    },

    /** Asks the provider for a status that it did not tell by itself. */
    async pollDelivery(input: DeliveryRef): Promise<{ status: DeliveryStatus }> {
      const delivery = await getDelivery(deps, input.deliveryId);
      if (isFinal(delivery.status) || !delivery.externalId) return { status: delivery.status };
      const { provider, call } = await openConnection(deps, input.connectionId);
      const { externalId } = delivery;
      const sent = await call((context) => provider.sendMessage!.fetch(context, externalId));
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
    await app.optOuts.record({ connectionId, companyId, address, state: 'out', source: `provider:${code}` });
    return true;
  }

  /** An earlier attempt's answer was lost. Looks whether it went out; `null` says that it certainly did not. */
  async function lookForEarlierAttempt(
    input: SendInput,
    delivery: Delivery,
    { elapsedMs }: Attempt,
    { provider, call }: OpenedConnection,
    action: SendMessage,
  ): Promise<SendResult | null> {
    const waitMs = waitBeforeLook(input, elapsedMs);
    if (waitMs > 0) return lookLater(input, lostAnswer, waitMs);
    const alike = await call((context) => action.find(withHeartbeat(context), delivery, elapsedMs));
    Context.current().cancellationSignal.throwIfAborted();
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
    claimed: Claimed,
    { provider, attempt }: OpenedConnection,
    action: SendMessage,
  ): Promise<SendResult> {
    const { connectionId } = input;
    const callback = `${deps.publicUrl}/webhooks/${provider.key}/${connectionId}?delivery=${delivery.id}`;
    try {
      const sent = await attempt(async (context) => {
        // Looked at last, because new credentials may have had to be asked for.
        if (!isFresh(claimed)) return null;
        const { from, to, body } = delivery;
        return action.send(context, { from, to, body, statusCallbackUrl: callback });
      });
      if (!sent) return lookLater(input, 'It took too long to get to the request.');
      const { status } = await app.deliveries.accepted(delivery.id, { ...sent, status: asDeliveryStatus(sent), source: 'us' });
      return { next: 'await_status', status };
    } catch (error) {
      // There were no good credentials: nothing went out.
      if (error instanceof ApplicationFailure) await app.deliveries.release(delivery.id, claimed.attempt);
      if (error instanceof ApplicationFailure || error instanceof CancelledFailure) throw error;
      const failure = provider.classify(error);
      if (failure.effect === 'unknown') return lookLater(input, lostAnswer);
      if (failure.code === 'record_rejected') {
        const optedOut = await recordOptOut(delivery, provider, failure.providerCode ?? null);
        const { status } = await app.deliveries.advance(delivery.id, optedOut ? 'blocked' : 'failed', {
          source: 'us',
          errorCode: failure.providerCode ?? null,
          sentence: failure.sentence,
        });
        return { next: 'ended', status };
      }
      await app.deliveries.release(delivery.id, claimed.attempt);
      throw asActivityFailure(withPatience(failure));
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

function isSettled({ status, externalId }: Delivery): SendResult | null {
  if (isFinal(status)) return { next: 'ended', status };
  if (externalId) return { next: 'await_status', status };
  return null;
}
