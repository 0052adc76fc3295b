/** What people have to do with one message: decide about it, cancel it, hear that it reached nobody. */
import type { FailureCode } from '../domain/failure.ts';
import type { DeliveryStatus } from '../domain/delivery-status.ts';
import { getDelivery, type DeliveryRef } from './delivery.ts';
import type { ActivityDeps } from './deps.ts';

export function messageDecisionActivities(deps: ActivityDeps) {
  const { app } = deps;

  return {
    /** Nobody can know, or nobody can send: the message waits, visibly, for a person. */
    async holdDelivery(input: DeliveryRef & { code: FailureCode; sentence: string }): Promise<{ status: DeliveryStatus }> {
      const { deliveryId, companyId, connectionId, code, sentence } = input;
      const delivery = await getDelivery(deps, deliveryId);
      const { status } =
        delivery.status === 'sending'
          ? await app.deliveries.advance(deliveryId, 'ambiguous', { source: 'us', sentence })
          : delivery;
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
      const { label } = await app.connections.get(connectionId);
      await app.tasks.open({
        companyId,
        connectionId,
        cause: 'message_waits',
        subject: deliveryId,
        sentence: `${label}: a message waits for your decision. ${sentence}`,
      });
      return { status };
    },

    /** The question answered itself: the provider told the status, or the message was cancelled. */
    async closeDeliveryQuestion({ deliveryId, connectionId }: { deliveryId: string; connectionId: string }): Promise<void> {
      await closeQuestion(deliveryId, connectionId, 'Nobody needs to decide any more.', 'engine');
    },

    async applyDeliveryDecision(input: {
      deliveryId: string;
      decision: 'was_sent' | 'send_again' | 'abandon';
      by: string;
    }): Promise<{ status: DeliveryStatus }> {
      const { deliveryId, decision, by } = input;
      const sentence = `A person decided: ${decision.replace('_', ' ')} (${by}).`;
      const { status: before, connectionId } = await getDelivery(deps, deliveryId);
      if (decision !== 'send_again')
        await app.deliveries.advance(deliveryId, decision === 'was_sent' ? 'accepted' : 'cancelled', {
          source: 'person',
          sentence,
          actor: by,
        });
      // The provider's word may have come first; then there is nothing to send again.
      else if (before === 'sending' || before === 'ambiguous') await app.deliveries.sendAgain(deliveryId, by);
      await closeQuestion(deliveryId, connectionId, sentence, by);
      const { status } = await getDelivery(deps, deliveryId);
      return { status };
    },

    async withdrawDelivery({ deliveryId, by }: { deliveryId: string; by: string }): Promise<{ status: DeliveryStatus }> {
      const { status } = await app.deliveries.advance(deliveryId, 'cancelled', {
        source: 'person',
        sentence: `Cancelled by ${by} before it was sent.`,
        actor: by,
      });
      return { status };
    },

    /** The message ended without reaching anybody: somebody should know, and may choose another way. */
    async openDeliveryTask(input: DeliveryRef & { status: DeliveryStatus }): Promise<void> {
      const delivery = await getDelivery(deps, input.deliveryId);
      const why = delivery.sentence ?? 'The provider gave no reason.';
      const { label } = await app.connections.get(input.connectionId);
      await app.tasks.open({
        companyId: input.companyId,
        connectionId: input.connectionId,
        cause: `message_${input.status}`,
        subject: input.deliveryId,
        sentence: `${label}: a message ended as ${input.status}. ${why} Reach the person another way, or correct the cause and send a new message.`,
      });
    },
  };

  async function closeQuestion(deliveryId: string, connectionId: string, note: string, by: string): Promise<void> {
    await app.tasks.completeBySubject(deliveryId, note, by);
    await app.errorQueue.settle({ connectionId, deliveryId });
  }
}
