import type { ConnectionPolicy } from '../domain/policy.ts';
import type { Delivery } from '../db/app/stores/deliveries.ts';
import type { ActivityDeps, ConnectionRef } from './deps.ts';
import { failWith } from './provider-call.ts';

export interface DeliveryRef extends ConnectionRef {
  deliveryId: string;
  policy: ConnectionPolicy['delivery'];
}

export async function getDelivery({ app }: ActivityDeps, deliveryId: string): Promise<Delivery> {
  const delivery = await app.deliveries.find(deliveryId);
  if (!delivery) throw failWith('defect', `The delivery ${deliveryId} is gone, though its workflow lives.`);
  return delivery;
}
