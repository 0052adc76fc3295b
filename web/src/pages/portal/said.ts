import { locale } from '../../words/index.ts';

/** Numbers and days as a client reads them. The API gives decimals as text, so that none loses a digit on the way. */
const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 8 });
const dayFormat = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
const monthFormat = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' });
const at = (day: string) => new Date(`${day}T00:00:00Z`);

export const amount = (value: string) => number.format(value as Intl.StringNumericLiteral);
export const day = (text: string) => dayFormat.format(at(text));
export const month = (text: string) => monthFormat.format(at(text));
export const days = (from: string, until: string) => (from === until ? day(from) : dayFormat.formatRange(at(from), at(until)));
