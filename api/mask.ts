import { isAllowed } from '../domain/permissions.ts';
import type { Caller } from './locals.ts';

/** A phone number as operators see it: its last four digits. Sender names and service ids are no phone numbers and stay. */
export function maskAddress(address: string): string {
  const digits = address.replace(/\D/g, '');
  return digits.length >= 7 && !/[A-Za-z]{2}/.test(address) ? `••••${digits.slice(-4)}` : address;
}

/** The same inside a text that may hold a phone number, such as a sender's label at the provider. */
export function maskText(text: string): string {
  return text.replace(/\+?\d[\d\s().-]{5,}\d/g, (number) => `••••${number.replace(/\D/g, '').slice(-4)}`);
}

/**
 * A sentence about a failure as this caller may see it: without phone numbers and e-mail addresses, unless the role may see what is
 * personal. Ids and dates stay: they are how the thing is found.
 */
export function forEyesOf(caller: Pick<Caller, 'role'>): (text: string) => string {
  return isAllowed(caller.role, 'personal.read') ? (text) => text : maskPersonal;
}

export function maskPersonal(text: string): string {
  return text
    .replace(/[\w.%+-]+@[\w-]+(\.[\w-]+)+/g, '•••@•••')
    .replace(/(?<![\w-])\+?\d[\d\s().-]{5,}\d(?![\w-])/g, (number) =>
      /\d{4}-\d{2}-\d{2}/.test(number) ? number : maskText(number),
    );
}
