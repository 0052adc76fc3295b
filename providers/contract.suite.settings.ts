import { z } from 'zod';

const secretLike = /token|secret|passw|passphrase|credential|private|signature|key/i;

/** Names of fields, however deep, that promise a secret. */
export function secretLikeNames(settings: z.ZodType): string[] {
  const found = new Set<string>();
  const walk = (node: unknown) => {
    if (node === null || typeof node !== 'object') return;
    const { properties } = node as { properties?: Record<string, unknown> };
    for (const name of Object.keys(properties ?? {})) if (secretLike.test(name)) found.add(name);
    Object.values(node).forEach(walk);
  };
  walk(z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' }));
  return [...found];
}
