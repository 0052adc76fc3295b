/** The value at a dotted path of a provider's raw record; `undefined` where there is none. Only own keys count. */
export function valueAt(raw: unknown, path: string): unknown {
  return valueReader(path)(raw);
}

/** The same, for a path that many records are read by. */
export function valueReader(path: string): (raw: unknown) => unknown {
  const [first, ...rest] = path.split('.') as [string, ...string[]];
  if (rest.length === 0) return (raw) => ownValue(raw, first);
  return (raw) => {
    let value = ownValue(raw, first);
    for (const key of rest) value = ownValue(value, key);
    return value;
  };
}

export function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function ownValue(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
