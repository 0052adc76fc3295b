import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Version of the master key that seals new rows. Every sealed row names its version. */
export const keyVersion = 1;

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

export interface SealScope {
  masterKey: Buffer;
  /** The company whose key is used: one company's key opens nothing of another. */
  companyId: string;
  /** What the value belongs to, for example its row's ids. A ciphertext that is copied elsewhere does not open. */
  boundTo: string;
}

/** AES-256-GCM: nonce, tag and sealed text in one buffer. */
export function seal(scope: SealScope, plaintext: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, companyKey(scope), nonce).setAAD(Buffer.from(scope.boundTo));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** Throws when company, binding or a single bit differs, or when the row was sealed with a key that we do not have. */
export function open(scope: SealScope, sealed: Buffer, sealedWith: number): Buffer {
  if (sealedWith !== keyVersion)
    throw new Error(`The value was sealed with master key version ${sealedWith}, which is not here.`);
  const nonce = sealed.subarray(0, nonceBytes);
  const decipher = createDecipheriv(algorithm, companyKey(scope), nonce).setAAD(Buffer.from(scope.boundTo));
  decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]);
  } catch {
    throw new Error('The sealed value does not open: the master key is another one, or the row was changed.');
  }
}

function companyKey({ masterKey, companyId }: SealScope): Buffer {
  if (masterKey.length !== 32) throw new Error('The master key must have 32 bytes.');
  return Buffer.from(hkdfSync('sha256', masterKey, '', `linkwright company key ${companyId}`, 32));
}
