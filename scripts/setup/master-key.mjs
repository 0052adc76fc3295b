/** The master key of a local start: kept in a file of its own, unless the environment names one. */
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { SetupError } from './say.mjs';

const given = ['MASTER_KEY', 'MASTER_KEY_FILE', 'MASTER_KEY_KMS_ARN'];
/** Exit code of `scripts/check-master-key.ts` for a key that is not the data's; with it, nothing was written. */
const wrongKey = 3;

/** Answers the variables to set, and whether the key was made just now. */
export function ensureMasterKey(file, env) {
  if (given.some((name) => env[name])) return { env: {}, isNew: false };
  const isNew = !existsSync(file);
  if (isNew) writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' });
  if ((statSync(file).mode & 0o077) !== 0)
    throw new SetupError(
      `Others can read the master key in ${file}: chmod 600 it, and rotate the key if somebody may have read it.`,
    );
  return { env: { MASTER_KEY_FILE: file }, isNew };
}

/**
 * A new key beside data that another one sealed is taken away again: it opens nothing, and would stand where the right one belongs.
 * `check` runs the script and answers its `{ code, output }`. Any other failure keeps the file, because the data may know its key.
 */
export async function keepOnlyTheDatas(file, check) {
  const { code, output } = await check();
  if (code === 0) return;
  const why = output.trim().split('\n').slice(-40).join('\n');
  if (code !== wrongKey) throw new SetupError(`The master key could not be checked:\n${why}`);
  rmSync(file);
  throw new SetupError(
    `There is no master key in ${file}, and the data was sealed with one: put it back from your copy, or set MASTER_KEY.\n${why}`,
  );
}
