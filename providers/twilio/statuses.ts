import type { MessageStatus } from '../../domain/records.ts';

/**
 * Twilio's message statuses in our words; https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
 * `partially_delivered` becomes `sent`: it must not be shown as delivered, and a whole delivery or a failure may still follow.
 */
export const messageStatusByTwilio: Record<string, MessageStatus> = {
  accepted: 'accepted',
  scheduled: 'accepted',
  queued: 'accepted',
  sending: 'accepted',
  sent: 'sent',
  partially_delivered: 'sent',
  delivered: 'delivered',
  read: 'read',
  undelivered: 'undelivered',
  failed: 'failed',
  canceled: 'cancelled',
  receiving: 'received',
  received: 'received',
};

export function toMessageStatus(status: unknown): MessageStatus | undefined {
  return typeof status === 'string' && Object.hasOwn(messageStatusByTwilio, status) ? messageStatusByTwilio[status] : undefined;
}
