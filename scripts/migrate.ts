/** Brings both databases to the newest schema; repeating it is harmless, and two at once migrate once. */
import { loadDatabaseUrls } from '../config/index.ts';
import { migrate } from '../db/migrate.ts';
import { orExplain } from './or-explain.ts';

await orExplain(async () => {
  await migrate({ ...loadDatabaseUrls(), log: (line) => console.log(line) });
});
