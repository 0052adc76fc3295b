/**
 * How much a field of ours may hold; the database's columns are as wide. One value that does not fit would otherwise be refused by
 * the database, and with it the whole page or batch that it came in, again and again.
 */
const textMax: Record<string, number> = {
  externalId: 255,
  fromAddress: 64,
  toAddress: 64,
  address: 64,
  /** 16,000 characters of four bytes each. */
  body: 16_000,
  errorCode: 64,
  currency: 3,
  category: 100,
  unit: 64,
  title: 255,
  name: 255,
  organisation: 255,
  email: 254,
  phone: 64,
  stage: 100,
  contactExternalId: 255,
  ownerExternalId: 255,
};
const decimals = ['price', 'quantity', 'amount'];
const times = ['sentAt', 'sourceUpdatedAt', 'occurredAt', 'openedAt', 'expectedCloseOn'];

/** Names each field that is too large, by its name in our words; never with its value. */
export function oversizedFields(fields: object): { field: string; message: string }[] {
  const faults: { field: string; message: string }[] = [];
  for (const [field, value] of Object.entries(fields)) {
    const message = value === null || value === undefined ? undefined : fault(field, value);
    if (message !== undefined) faults.push({ field, message });
  }
  return faults;
}

/** In characters, of which a text has at most as many as code units: most texts need no counting. */
function isLonger(text: string, charactersMax: number): boolean {
  return text.length > charactersMax && [...text].length > charactersMax;
}

function fault(field: string, value: unknown): string | undefined {
  const text = String(value);
  if (Object.hasOwn(textMax, field) && isLonger(text, textMax[field]!)) return `is longer than ${textMax[field]} characters`;
  if (field === 'address' && !/^[\x20-\x7e]*$/.test(text)) return 'is not a phone number or the name of a sender';
  if (field === 'segments' && !(Number(value) >= 0 && Number(value) <= 65_535)) return 'is not between 0 and 65,535';
  if (decimals.includes(field) && !/^-?\d{1,12}(\.|$)/.test(text)) return 'has more than 12 digits before the point';
  if (times.includes(field) && !/^[1-9]\d{3}-/.test(text)) return 'is not a year between 1000 and 9999';
  return undefined;
}
