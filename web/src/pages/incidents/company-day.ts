const dayMs = 86_400_000;

/** `YYYY-MM-DD`, so many days from now where the company is: its days are what values are of. */
export const dayIn = (days: number, timeZone: string): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone }).format(Date.now() + days * dayMs);

/** The last second of a day where the company is, as the API takes it. */
export function endOfDay(day: string, timeZone: string): string {
  const end = Date.parse(`${day}T23:59:59Z`);
  return new Date(end - aheadOfUtc(end, timeZone)).toISOString();
}

function aheadOfUtc(at: number, timeZone: string): number {
  const there = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(at);
  return Date.parse(`${there.replace(' ', 'T')}Z`) - at;
}
