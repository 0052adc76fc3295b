/** A phone number as operators see it: its last four digits. Sender names and service ids are no phone numbers and stay. */
export function maskAddress(address: string): string {
  const digits = address.replace(/\D/g, '');
  return digits.length >= 7 && !/[A-Za-z]{2}/.test(address) ? `••••${digits.slice(-4)}` : address;
}

/** The same inside a text that may hold a phone number, such as a sender's label at the provider. */
export function maskText(text: string): string {
  return text.replace(/\+?\d[\d\s().-]{5,}\d/g, (number) => `••••${number.replace(/\D/g, '').slice(-4)}`);
}
