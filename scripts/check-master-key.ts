/** Whether the master key that was given is the data's: 0, or 3 and one sentence, before anything was written. */
import { WrongMasterKey } from '../keys/check-master-keys.ts';
import { withAppStores } from './open-app.ts';
import { orExplain } from './or-explain.ts';

await orExplain(async () => {
  try {
    await withAppStores(async () => undefined);
  } catch (error) {
    if (!(error instanceof WrongMasterKey)) throw error;
    console.error(error.message);
    process.exitCode = 3;
  }
});
