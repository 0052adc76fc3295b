const quarterHourMs = 15 * 60_000;

/** How long before its end an access token is renewed, by its lifetime in milliseconds. */
export function refreshEarlyMs(lifetimeMs: number): number {
  return Math.round(Math.min(quarterHourMs, lifetimeMs / 2));
}
