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
    const message = value === null || value === undefined ? undefined : limitOf(field)?.(String(value));
    if (message !== undefined) faults.push({ field, message });
  }
  return faults;
}

type Limit = (text: string) => string | undefined;

/** What a field's values must keep to: answers what is wrong with one. A field without a limit has none. */
export function limitOf(field: string): Limit | undefined {
  return Object.hasOwn(limits, field) ? limits[field] : undefined;
}

/** In characters, of which a text has at most as many as code units: most texts need no counting. */
function isLonger(text: string, charactersMax: number): boolean {
  return text.length > charactersMax && [...text].length > charactersMax;
}

function atMost(charactersMax: number): Limit {
  return (text) => (isLonger(text, charactersMax) ? `is longer than ${charactersMax} characters` : undefined);
}

const address: Limit = (text) => (/^[\x20-\x7e]*$/.test(text) ? undefined : 'is not a phone number or the name of a sender');
const decimal: Limit = (text) => (/^-?\d{1,12}(\.|$)/.test(text) ? undefined : 'has more than 12 digits before the point');
const time: Limit = (text) => (/^[1-9]\d{3}-/.test(text) ? undefined : 'is not a year between 1000 and 9999');

const limits: Record<string, Limit> = {
  ...Object.fromEntries(Object.entries(textMax).map(([field, max]) => [field, atMost(max)])),
  ...Object.fromEntries(decimals.map((field) => [field, decimal])),
  ...Object.fromEntries(times.map((field) => [field, time])),
  address: (text) => atMost(textMax['address']!)(text) ?? address(text),
  segments: (text) => (Number(text) >= 0 && Number(text) <= 65_535 ? undefined : 'is not between 0 and 65,535'),
};
