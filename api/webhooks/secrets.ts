import type { AppStores } from '../../db/app/stores/index.ts';

type Values = Record<string, string>;

/** A connection's credentials for checking signatures, kept for a few seconds so that a burst does not open them for each request. */
export interface WebhookSecrets {
  /**
   * `values` is `null` when the connection has none; `readAtMs` is when they were read. With `readSinceMs`, they are read anew
   * unless that happened since then: a token that was rotated a moment ago works at once.
   */
  get(connectionId: string, readSinceMs?: number): Promise<{ values: Values | null; readAtMs: number }>;
  forget(connectionId: string): void;
}

/** Connections whose credentials are kept at most. */
const entriesMax = 10_000;

export function createWebhookSecrets(store: Pick<AppStores['credentials'], 'active' | 'staged'>, keepMs = 5_000): WebhookSecrets {
  const kept = new Map<string, { readAtMs: number; reading: Promise<Values | null> }>();

  async function read(connectionId: string): Promise<Values | null> {
    // During onboarding the credentials are staged, and the provider may already send.
    const found = (await store.active(connectionId)) ?? (await store.staged(connectionId));
    return found?.values ?? null;
  }

  return {
    async get(connectionId, readSinceMs = Date.now() - keepMs) {
      let entry = kept.get(connectionId);
      if (!entry || entry.readAtMs < readSinceMs) {
        if (kept.size >= entriesMax) kept.clear();
        entry = { readAtMs: Date.now(), reading: read(connectionId) };
        entry.reading.catch(() => kept.delete(connectionId));
        kept.set(connectionId, entry);
      }
      return { values: await entry.reading, readAtMs: entry.readAtMs };
    },
    forget(connectionId) {
      kept.delete(connectionId);
    },
  };
}
