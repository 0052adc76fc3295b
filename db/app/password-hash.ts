/**
 * Passwords as they are kept: argon2id in the PHC string format, with OWASP's smallest recommended parameters
 * (https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id), which cost about 50 ms and 19 MiB.
 */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);
const inForce = { memory: 19_456, passes: 2, parallelism: 1 };
const tagLength = 32;

export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive('argon2id', { message: password, nonce, tagLength, ...inForce });
  const { memory, passes, parallelism } = inForce;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(nonce)}$${unpadded(tag)}`;
}

const form = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** With the parameters that it was made with. */
export async function isPasswordOf(hash: string, password: string): Promise<boolean> {
  const [, memory, passes, parallelism, nonce, kept] = form.exec(hash) ?? [];
  if (!nonce || !kept) throw new Error('A password’s hash is not in the form that we write.');
  const expected = Buffer.from(kept, 'base64');
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const message = { message: password, nonce: Buffer.from(nonce, 'base64'), tagLength: expected.length };
  return timingSafeEqual(await derive('argon2id', { ...message, ...cost }), expected);
}

const unpadded = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
