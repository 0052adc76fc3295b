import type { Schemas } from '../../../api/client.ts';

/** `policy.cadenceS.messages` and the like, as the API takes them. */
export function policyOf(sent: Record<string, unknown>): Schemas['PolicyChanges'] {
  const policy: Record<string, unknown> = {};
  const cadenceS: Record<string, number | null> = {};
  for (const [path, value] of Object.entries(sent)) {
    const [, name = '', stream] = path.split('.');
    if (stream === undefined) policy[name] = value;
    else cadenceS[stream] = value as number | null;
  }
  return Object.keys(cadenceS).length > 0 ? { ...policy, cadenceS } : policy;
}
