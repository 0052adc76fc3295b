/**
 * A process that many callers of one connection's credentials live in, as in a worker: each asks for good ones once, and uses them at the
 * provider. Told by its environment; prints one JSON line with what became of each.
 */
import { createAppStores } from '../../db/app/stores/index.ts';
import { keyStore } from '../../db/app/stores/data-keys.ts';
import { openKeyring } from '../../keys/keyring.ts';
import { localMasterKey } from '../../keys/local-master-key.ts';
import { openDatabase } from '../../db/database.ts';
import { goodCredentials } from '../../activities/access-tokens.ts';
import { createProviderHttp } from '../../providers/http.ts';
import { circuitsOf } from './circuits.ts';
import { strictOr } from './strict-hubspot.ts';

const given = JSON.parse(process.env['TOKEN_CALLERS']!) as {
  databaseUrl: string;
  masterKey: string;
  baseUrl: string;
  client: { clientId: string; clientSecret: string };
  connectionId: string;
  callers: number;
  rotates: boolean;
};
const database = openDatabase(given.databaseUrl, { poolMax: 10 });
const masterKeys = [localMasterKey(Buffer.from(given.masterKey, 'base64'))];
const app = createAppStores(database, { keyring: await openKeyring({ store: keyStore(database), masterKeys }) });
const provider = strictOr(given.rotates);
const http = createProviderHttp({
  vendorBaseUrl: provider.baseUrl,
  baseUrl: given.baseUrl,
  hosts: provider.hosts,
  timeoutMs: 5_000,
  log() {},
});
const connection = await app.connections.get(given.connectionId);
const deps = {
  app,
  getProvider: () => provider,
  httpFor: () => http,
  oauthClient: () => given.client,
  renewal: { requestMs: 1_000, leaseMs: 2_000, lateMs: 1_500 },
  circuits: circuitsOf(app),
  temporal: { credentialsLost: async () => undefined },
} as unknown as Parameters<typeof goodCredentials>[0];

async function call(): Promise<string> {
  try {
    const credentials = await goodCredentials(deps, connection, { connectionId: connection.id });
    const { account } = await provider.check({ http, credentials, settings: {} });
    return `reached ${account.externalId}`;
  } catch (error) {
    return `${(error as { type?: string }).type ?? (error as Error).name}: ${(error as Error).message}`;
  }
}

console.log(JSON.stringify(await Promise.all(Array.from({ length: given.callers }, call))));
await database.close();
