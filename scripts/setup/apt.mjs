/** apt, as root on Debian and Ubuntu. */
import { setTimeout as sleep } from 'node:timers/promises';
import { mustRun } from './run.mjs';

const againAfterS = 5;
const waitMaxS = 300;

/** Waits for whoever else uses apt: a machine that has just started brings itself up to date. */
export async function aptGet(args, onLine) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (let waitedS = 0; ; waitedS += againAfterS) {
    try {
      return await mustRun('apt-get', args, { env, ...(onLine && { onLine }) });
    } catch (error) {
      if (waitedS >= waitMaxS || !/could not get lock/i.test(error.message)) throw error;
      await sleep(againAfterS * 1_000);
    }
  }
}
