/**
 * The life of one outgoing message. Providers tell it out of order, so each status has a rank and a delivery only moves up.
 *
 * `queued` is stored by us and not yet tried; `sending` is claimed before the request, so that a crash is seen; `ambiguous`
 * waits for a person; `blocked` was never sent (opted out, or refused before sending); `cancelled` was withdrawn by a person.
 */
export const deliveryStatuses = [
  'queued',
  'sending',
  'ambiguous',
  'accepted',
  'sent',
  'delivered',
  'read',
  'undelivered',
  'failed',
  'blocked',
  'cancelled',
] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

const ranks: Record<DeliveryStatus, number> = {
  queued: 0,
  sending: 1,
  ambiguous: 2,
  accepted: 3,
  sent: 4,
  undelivered: 5,
  failed: 5,
  delivered: 5,
  blocked: 5,
  cancelled: 5,
  read: 6,
};

export function deliveryRank(status: DeliveryStatus): number {
  return ranks[status];
}

/** Whether a delivery in `from` may become `to`: only upwards, so that a late `sent` never overwrites `delivered`. */
export function mayAdvance(from: DeliveryStatus, to: DeliveryStatus): boolean {
  return ranks[to] > ranks[from];
}

/** Nothing more is awaited after these; `delivered` may still become `read`. */
export function isFinal(status: DeliveryStatus): boolean {
  return ranks[status] >= 5;
}

export function isDelivered(status: DeliveryStatus): boolean {
  return status === 'delivered' || status === 'read';
}
