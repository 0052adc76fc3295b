/** The value at a dotted path of a provider's raw record; `undefined` where there is none. Only own keys count. */
export function valueAt(raw: unknown, path: string): unknown {
  return path.includes('.') ? path.split('.').reduce(ownValue, raw) : ownValue(raw, path);
}

function ownValue(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
