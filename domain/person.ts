/** One person, as an erasure finds them: by phone number, e-mail address or both. */
export interface Person {
  /** E.164, and the same without the country's code, as it is written at home. */
  phone?: { e164: string; national: string };
  email?: string;
}

/** What stands where a person was mentioned. Shorter than any mention, so that it fits wherever that stood. */
export const erasedMark = '•••';

/** What people put between the digits of a number. */
const between = String.raw`[\s().\-/]{0,3}`;

/** Every way to write the person in a text: with and without the country, with separators, as part of an address line or a URL. */
export function mentionsOf({ phone, email }: Person): RegExp {
  const ways = [...(phone ? [numberPattern(phone)] : []), ...(email ? [emailPattern(email)] : [])];
  if (ways.length === 0) throw new Error('An erasure needs a phone number or an e-mail address.');
  return new RegExp(ways.join('|'), 'giu');
}

function numberPattern({ e164, national }: NonNullable<Person['phone']>): string {
  const country = e164.slice(1, e164.length - national.length);
  const digits = (text: string) => [...text].join(between);
  const prefix = String.raw`(?:(?:\+|00)?${digits(country)}${between}(?:\(0\)${between})?|0${between})?`;
  return String.raw`(?<!\d)${prefix}${digits(national)}(?!\d)`;
}

function emailPattern(email: string): string {
  const spelled = [...email].map((letter) =>
    /[\p{L}\p{N}]/u.test(letter) ? letter : either(letter, encodeURIComponent(letter)),
  );
  return String.raw`(?<![\p{L}\p{N}._+\-])${spelled.join('')}(?![\p{L}\p{N}\-]|\.[\p{L}\p{N}])`;
}

const either = (...texts: string[]) =>
  `(?:${texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)).join('|')})`;
