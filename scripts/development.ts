/** What `npm start` leaves for `npm run demo`: addresses and keys of this clone, in a file that only its owner can read. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

export interface Development {
  apiUrl: string;
  sandboxUrl: string;
  temporalUiUrl: string;
  /** `host:port` of Temporal's frontend. */
  temporalAddress: string;
  /** A platform admin's key. */
  adminKey: string;
  /** The demonstration company. */
  companyId: string;
  /** The platform's own Twilio account in the sandbox, by which people are told. */
  notifyAccountSid: string;
}

export async function readDevelopment(): Promise<Development> {
  const home = resolve(process.env.LINKWRIGHT_HOME || new URL('../.linkwright', import.meta.url).pathname);
  const file = `${home}/dev.json`;
  if (!existsSync(file))
    throw new Error('Linkwright has not been started here: run `npm start` in another terminal and wait for its table.');
  const development = JSON.parse(await readFile(file, 'utf8')) as Development;
  if (!development.sandboxUrl) throw new Error('Linkwright runs without the sandbox: start it without --no-sandbox.');
  return development;
}
