import { loadConfig } from '../config/index.ts';
import { keyStore } from '../db/app/stores/data-keys.ts';
import { createAppStores, type AppStores } from '../db/app/stores/index.ts';
import { openDatabase } from '../db/database.ts';
import { openKeyring } from '../keys/keyring.ts';
import { openMasterKeys } from '../keys/open-master-keys.ts';

/** For scripts: the app database as the environment names it, closed when the work is done. */
export async function withAppStores(work: (stores: AppStores) => Promise<void>): Promise<void> {
  const config = loadConfig();
  const database = openDatabase(config.database.appUrl, { poolMax: 2, tls: config.database.tls });
  try {
    const keyring = await openKeyring({ store: keyStore(database), masterKeys: openMasterKeys(config.masterKeys) });
    await work(createAppStores(database, { keyring }));
  } finally {
    await database.close();
  }
}
