import type { AppDb } from '../context.ts';

export interface ProviderRow {
  key: string;
  label: string;
  category: string;
  authKinds: string[];
  enabled: boolean;
}

export interface ProviderStore {
  /** Writes the registry's providers; one that is no longer there is disabled, never deleted. Repeatable. */
  sync(rows: Omit<ProviderRow, 'enabled'>[]): Promise<void>;
  list(): Promise<ProviderRow[]>;
}

// BODY
export function providerStore(_db: AppDb): ProviderStore {
  throw new Error('The store is not there yet.');
}
