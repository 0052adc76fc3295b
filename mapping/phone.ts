import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js';

/** E.164, or `undefined` for what is no number that may exist. Numbers without `+` are read as dialled in `country`. */
export function readPhone(text: string, country: string | undefined): string | undefined {
  const number = parsePhoneNumberFromString(text, country as CountryCode | undefined);
  return number?.isPossible() ? number.number : undefined;
}
