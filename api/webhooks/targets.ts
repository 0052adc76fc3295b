import type { Connection, ConnectionOfAccount } from '../../db/app/stores/connections.ts';
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
  /** The connections of each of the provider's accounts, by the account's id there. */
  accountsOf(providerKey: string): Promise<AccountConnections>;
  /** Of the platform's own app, which signs or is signed for where webhooks of all accounts come to one address. */
  clientSecret(providerKey: string): string | null;
  forget(connectionId: string): void;
}

export type AccountConnections = ReadonlyMap<string, readonly ConnectionOfAccount[]>;

/** Targets that are kept at most. */
const entriesMax = 10_000;

type Stores = {
  connections: Pick<AppStores['connections'], 'find' | 'withAccounts'>;
  credentials: Pick<AppStores['credentials'], 'active' | 'staged'>;
};

interface TargetOptions {
  /** How long what was read is kept; also how long a connection that another process disconnected still takes events. */
  keepMs?: number | undefined;
  /** The platform's own clients, by provider key. */
  oauthClients?: Record<string, { clientSecret: string }>;
}

export function createWebhookTargets(
  { connections, credentials }: Stores,
  { keepMs = 2_000, oauthClients = {} }: TargetOptions = {},
): WebhookTargets {
  const kept = new Map<string, { readAtMs: number; reading: Promise<WebhookTarget | null> }>();
  const accounts = new Map<string, { readAtMs: number; reading: Promise<AccountConnections> }>();
  const clientSecret = (providerKey: string) =>
    Object.hasOwn(oauthClients, providerKey) ? oauthClients[providerKey]!.clientSecret : null;

  async function read(connectionId: string, readAtMs: number): Promise<WebhookTarget | null> {
    const connection = await connections.find(connectionId);
    if (!connection) return null;
    // During onboarding the credentials are staged, and the provider may already send.
    const found = (await credentials.active(connectionId)) ?? (await credentials.staged(connectionId));
    // Who consented did so to the platform's own app; a secret that was entered is the company's.
    const secret = found?.kind === 'oauth2' ? clientSecret(connection.providerKey) : null;
    const values = found && { ...found.values, ...(secret !== null && { clientSecret: secret }) };
    return { connection, credentials: values, readAtMs };
  }

  async function readAccounts(providerKey: string): Promise<AccountConnections> {
    const byAccount = new Map<string, ConnectionOfAccount[]>();
    for (const connection of await connections.withAccounts(providerKey)) {
      const others = byAccount.get(connection.accountExternalId);
      if (others) others.push(connection);
      else byAccount.set(connection.accountExternalId, [connection]);
    }
    return byAccount;
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
    // All at once: an account that is not here then costs nothing, however often its events come.
    async accountsOf(providerKey) {
      const earlier = accounts.get(providerKey);
      if (earlier && earlier.readAtMs >= Date.now() - keepMs) return earlier.reading;
      const entry = { readAtMs: Date.now(), reading: readAccounts(providerKey) };
      accounts.set(providerKey, entry);
      entry.reading.catch(() => void (accounts.get(providerKey) === entry && accounts.delete(providerKey)));
      return entry.reading;
    },
    clientSecret,
    forget(connectionId) {
      kept.delete(connectionId);
      accounts.clear();
    },
  };
}
