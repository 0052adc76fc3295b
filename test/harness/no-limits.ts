import type { LimitSettings } from '../../api/limits.ts';

/** Tests ask more often, by one key and from one address, than a caller may. */
export const noLimits: LimitSettings = { perKeyAMinute: 0, perAddressAMinute: 0, failedSignIns: 0 };
