import type { Connection } from '../../db/app/stores/connections.ts';
import type { AppStores } from '../../db/app/stores/index.ts';

/** Where a webhook goes: the connection, and the credentials that check its signature. */
export interface WebhookTarget {
  connection: Connection;
  /** `null` when the connection has none. */
  credentials: Record<string, string> | null;
  readAtMs: number;
}

/** Webhook targets, kept for a moment so that a burst does not read them for each request. */
export interface WebhookTargets {
  /**
   * `null` for an id that nobody has. With `readSinceMs`, the target is read anew unless that happened since then: a token that was
   * rotated a moment ago works at once.
   */
  get(connectionId: string, readSinceMs?: number): Promise<WebhookTarget | null>;
  forget(connectionId: string): void;
}

/** Targets that are kept at most. */
const entriesMax = 10_000;

type Stores = {
  connections: Pick<AppStores['connections'], 'find'>;
  credentials: Pick<AppStores['credentials'], 'active' | 'staged'>;
};

/** `keepMs` is also how long a connection that another process disconnected still takes events. */
export function createWebhookTargets({ connections, credentials }: Stores, keepMs = 2_000): WebhookTargets {
  const kept = new Map<string, { readAtMs: number; reading: Promise<WebhookTarget | null> }>();

  async function read(connectionId: string, readAtMs: number): Promise<WebhookTarget | null> {
    const connection = await connections.find(connectionId);
    if (!connection) return null;
    // During onboarding the credentials are staged, and the provider may already send.
    const found = (await credentials.active(connectionId)) ?? (await credentials.staged(connectionId));
    return { connection, credentials: found?.values ?? null, readAtMs };
  }

  return {
    async get(connectionId, readSinceMs = Date.now() - keepMs) {
      const earlier = kept.get(connectionId);
      if (earlier && earlier.readAtMs >= readSinceMs) return earlier.reading;
      if (kept.size >= entriesMax) kept.clear();
      const readAtMs = Date.now();
      const entry = { readAtMs, reading: read(connectionId, readAtMs) };
      kept.set(connectionId, entry);
      // Requests that wait for one reading share it; neither a failure nor an id that a stranger made up outlives it.
      const drop = () => void (kept.get(connectionId) === entry && kept.delete(connectionId));
      entry.reading.then((target) => target ?? drop(), drop);
      return entry.reading;
    },
    forget(connectionId) {
      kept.delete(connectionId);
    },
  };
}
