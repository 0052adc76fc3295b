import type { ConnectionPolicy } from '../domain/policy.ts';
import type { DeliveryStatus } from '../domain/delivery-status.ts';
import type { Delivery } from '../db/app/stores/deliveries.ts';
import type { ActivityDeps, ConnectionRef } from './deps.ts';
import { failWith } from './provider-call.ts';

export interface DeliveryRef extends ConnectionRef {
  deliveryId: string;
  policy: ConnectionPolicy['delivery'];
}

/** `slotAtMs` is the sender's reserved place, which the workflow has awaited: it is kept so that no other is reserved. */
export type SendInput = DeliveryRef & { slotAtMs: number | null };

export type SendResult =
  | { next: 'await_status' | 'ended'; status: DeliveryStatus }
  /** `mayBeOut` says that an earlier request may have gone out: it can no longer be called back. */
  | { next: 'wait'; waitMs: number; slotAtMs: number | null; mayBeOut: boolean; why: string };

export async function getDelivery({ app }: ActivityDeps, deliveryId: string): Promise<Delivery> {
  const delivery = await app.deliveries.find(deliveryId);
  if (!delivery) throw failWith('defect', `The delivery ${deliveryId} is gone, though its workflow lives.`);
  return delivery;
}
