import type { CanonicalObject } from '../domain/records.ts';
import type { Provider, Writes } from './contract.ts';
import { hubspot } from './hubspot/index.ts';
import { pipedrive } from './pipedrive/index.ts';
import { salesforce } from './salesforce/index.ts';
import { twilio } from './twilio/index.ts';

const providers: Record<string, Provider> = { twilio, hubspot, salesforce, pipedrive };

export function findProvider(key: string): Provider | undefined {
  return Object.hasOwn(providers, key) ? providers[key] : undefined;
}

/** For a key that the database already holds: a miss is a defect, not bad input. */
export function getProvider(key: string): Provider {
  const provider = findProvider(key);
  if (!provider) throw new Error(`Provider "${key}" is not in the registry: add it to providers/registry.ts.`);
  return provider;
}

export function allProviders(): Provider[] {
  return Object.values(providers);
}

/** What of an object can be written there; `undefined` where nothing can. */
export function writesOf(providerKey: string, object: CanonicalObject): Writes | undefined {
  return Object.values(getProvider(providerKey).streams).find((stream) => stream.object === object)?.writes;
}

/** Every provider as its row in the database says it. */
export function providerRows() {
  return allProviders().map(({ key, label, category, auth }) => ({
    key,
    label,
    category,
    authKinds: auth.map(({ kind }) => kind),
  }));
}
