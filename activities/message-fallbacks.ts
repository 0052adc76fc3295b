/** What a person does in place of a message that reached nobody: carried out once, whatever dies in between. */
import type { DeliveryStatus } from '../domain/delivery-status.ts';
import { fallbackNotes, mayBeReplaced, waitsForPerson } from '../domain/message-fallback.ts';
import type { Delivery } from '../db/app/stores/deliveries.ts';
import type { MessageFallback } from '../db/app/stores/message-fallbacks.ts';
import { getDelivery } from './delivery.ts';
import type { ActivityDeps } from './deps.ts';

export function messageFallbackActivities(deps: ActivityDeps) {
  const { app, temporal } = deps;

  return {
    async applyFallback({ deliveryId }: { deliveryId: string; fallbackId: string }): Promise<{ status: DeliveryStatus }> {
      const fallback = await app.messageFallbacks.of(deliveryId);
      const delivery = await getDelivery(deps, deliveryId);
      if (fallback?.state !== 'pending') return { status: delivery.status };
      const { status } = await takeBack(delivery, fallback);
      if (fallback.other && !mayBeReplaced(status)) {
        // It came through after all: another would be one too many.
        await app.messageFallbacks.discard(fallback.id);
        return { status };
      }
      if (fallback.other) await sendInstead(delivery, fallback, fallback.other);
      await app.messageFallbacks.done(fallback.id);
      await app.tasks.completeBySubject(deliveryId, fallbackNotes[fallback.how], fallback.askedBy);
      await app.errorQueue.settle({ connectionId: delivery.connectionId, deliveryId });
      return { status };
    },
  };

  /** One that waits goes out no more; what the provider has said of another stays, because that is what metrics count. */
  async function takeBack(delivery: Delivery, { how, askedBy: actor }: MessageFallback): Promise<Delivery> {
    if (!waitsForPerson(delivery.status)) return delivery;
    const sentence = `${fallbackNotes[how]} (${actor})`;
    return app.deliveries.advance(delivery.id, 'cancelled', { source: 'person', sentence, actor });
  }

  /** The same text to the same person. The row's id is known before it is written, so that a repeat finds it. */
  async function sendInstead(
    { companyId, templateId, variables, to, body, segments }: Delivery,
    { askedBy: actor }: MessageFallback,
    { deliveryId, connectionId, from }: NonNullable<MessageFallback['other']>,
  ): Promise<void> {
    if (!(await app.deliveries.find(deliveryId))) {
      const message = { companyId, connectionId, templateId, variables, from, to, body, segments };
      await app.deliveries.create({ ...message, id: deliveryId }, { actor });
    }
    const { providerKey } = await app.connections.get(connectionId);
    const { policy } = await app.connections.settings(connectionId);
    await temporal.startDelivery({ deliveryId, connectionId, companyId, providerKey, policy: policy.delivery });
  }
}
