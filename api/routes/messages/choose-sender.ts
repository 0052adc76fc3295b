import type { ReachedAccount } from '../../../db/app/stores/accounts.ts';
import { invalid } from '../../errors.ts';

/** The sender to use: a number, or a service by its own id. Only what the connected account reaches may send. */
export function chooseSender(reaches: ReachedAccount[], wanted: string | undefined): string {
  const senders = reaches.filter(({ capabilities }) => capabilities.includes('sms'));
  const chosen =
    wanted === undefined ? senders[0] : senders.find(({ id, address, externalId }) => [id, address, externalId].includes(wanted));
  if (!chosen) {
    const message =
      wanted === undefined
        ? 'The connected account has no sender that can send text messages.'
        : 'Is no sender of this connection: see GET /v1/connections/{connectionId}/senders.';
    throw invalid([{ path: 'from', message }]);
  }
  return chosen.address ?? chosen.externalId;
}
