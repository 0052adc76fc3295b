import type { Provider } from '../../providers/contract.ts';
import { hubspot } from '../../providers/hubspot/index.ts';
import { isConsent } from '../../providers/oauth.ts';

/** HubSpot as if it rotated its refresh tokens, in the manner of Xero and QuickBooks; or as it is. */
export function strictOr(rotates: boolean): Provider {
  if (!rotates) return hubspot;
  const auth = hubspot.auth.map((kind) => (isConsent(kind) ? { ...kind, refreshToken: { rotates: true } } : kind));
  return { ...hubspot, auth };
}
