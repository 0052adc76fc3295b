import type { AppStores } from '../../db/app/stores/index.ts';

type Values = Record<string, string>;

/**
 * A connection's credentials for checking signatures, kept for a few seconds so that a burst does not open them for each request.
 * Keyed by connection; a mismatch reads once more, so that a rotated token works at once.
 */
export interface WebhookSecrets {
  /** `null` when the connection has none. `fresh` tells that they were read just now. */
  get(connectionId: string): Promise<{ values: Values | null; fresh: boolean }>;
  forget(connectionId: string): void;
}

const entriesMax = 10_000;
/** How soon a wrong signature may make us read again: a stranger's requests must not become one query each. */
const freshForMs = 250;

export function createWebhookSecrets(store: Pick<AppStores['credentials'], 'active' | 'staged'>, keepMs = 5_000): WebhookSecrets {
  const kept = new Map<string, { at: number; read: Promise<Values | null> }>();

  async function read(connectionId: string): Promise<Values | null> {
    // During onboarding the credentials are staged, and the provider may already send.
    const found = (await store.active(connectionId)) ?? (await store.staged(connectionId));
    return found?.values ?? null;
  }

  return {
    async get(connectionId) {
      const now = Date.now();
      const entry = kept.get(connectionId);
      if (entry && now - entry.at < keepMs) return { values: await entry.read, fresh: now - entry.at < freshForMs };
      if (kept.size >= entriesMax) kept.clear();
      const reading = read(connectionId);
      kept.set(connectionId, { at: now, read: reading });
      reading.catch(() => kept.delete(connectionId));
      return { values: await reading, fresh: true };
    },
    forget(connectionId) {
      kept.delete(connectionId);
    },
  };
}
