/**
 * The first platform admin's key, when there is none: printed once and kept nowhere. `--development <file>`, as `npm start` calls
 * it, also makes the demonstration company and keeps the key in that file. Repeating it is harmless.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadConfig } from '../config/index.ts';
import { createAppStores, type AppStores } from '../db/app/stores/index.ts';
import { keyStore } from '../db/app/stores/data-keys.ts';
import { openDatabase } from '../db/database.ts';
import { openKeyring } from '../keys/keyring.ts';
import { openMasterKeys } from '../keys/open-master-keys.ts';
import { orExplain } from './or-explain.ts';

const by = { actor: 'seed' };
const companyName = 'Bright Harbor Plumbing';

await orExplain(async () => {
  const config = loadConfig();
  const database = openDatabase(config.database.appUrl, { poolMax: 2, tls: config.database.tls });
  try {
    const keyring = await openKeyring({ store: keyStore(database), masterKeys: openMasterKeys(config.masterKeys) });
    const stores = createAppStores(database, { keyring });
    const file = process.argv.includes('--development') ? process.argv[process.argv.indexOf('--development') + 1] : undefined;
    await (file ? seedDevelopment(stores, file) : seedFirstKey(stores));
    await showSignInLink(stores, config.publicUrl);
  } finally {
    await database.close();
  }
});

async function seedFirstKey({ apiKeys }: AppStores): Promise<void> {
  if ((await apiKeys.countActive()) > 0) return console.log('There is a key already; a platform admin can make more.');
  await showNewKey({ apiKeys });
}

async function showNewKey({ apiKeys }: Pick<AppStores, 'apiKeys'>): Promise<string> {
  const { key } = await apiKeys.create({ companyId: null, role: 'platform_admin', label: 'First admin' }, by);
  console.log(`First admin key, shown this once: ${key}`);
  return key;
}

/** Until an admin of the platform has a password, each start lets the first of them in by a link. */
async function showSignInLink({ users, passwords }: AppStores, publicUrl: string): Promise<void> {
  const admins = await users.withRole(null, 'platform_admin');
  for (const { id } of admins) if (await passwords.isSet(id)) return;
  const facts = { name: 'First admin', email: 'admin@example.com', phone: null, role: 'platform_admin' as const };
  const first = admins[0] ?? (await users.create({ companyId: null, ...facts }, by));
  const { token } = await passwords.createLink(first, { validForMs: 3_600_000 }, by);
  console.log(`Sign in to the console as ${first.name}, once and within an hour: ${publicUrl}/sign-in/link#${token}`);
}

async function seedDevelopment(stores: AppStores, file: string): Promise<void> {
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { adminKey?: string; companyId?: string }) : {};
  const isKeyGood = known.adminKey !== undefined && 'caller' in (await stores.apiKeys.authenticate(known.adminKey));
  const adminKey = isKeyGood ? known.adminKey : await showNewKey(stores);
  const company =
    (known.companyId && (await stores.companies.find(known.companyId))) ||
    (await stores.companies.create({ name: companyName, timeZone: 'America/Los_Angeles' }, by));
  writeFileSync(file, JSON.stringify({ ...known, adminKey, companyId: company.id }, null, 2), { mode: 0o600 });
  if (!isKeyGood) console.log(`(kept for npm run demo in ${file})`);
}
