import { createCipheriv, createDecipheriv, randomFillSync, type KeyObject } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** A value does not open with this key and binding. The sentence names no value. */
export class SealBroken extends Error {
  override name = 'SealBroken';
  constructor() {
    super('The sealed value does not open: the key is another one, or the row was changed.');
  }
}

/**
 * AES-256-GCM: nonce, tag and sealed text in one buffer. `boundTo` is what the value belongs to, for example its row's ids: a
 * ciphertext that is copied elsewhere does not open.
 */
export function seal(key: KeyObject, boundTo: string, plaintext: Buffer): Buffer {
  const nonce = nextNonce();
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(boundTo));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** Throws `SealBroken` when key, binding or a single bit differs. */
export function open(key: KeyObject, boundTo: string, sealed: Buffer): Buffer {
  try {
    const nonce = sealed.subarray(0, nonceBytes);
    const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(boundTo));
    decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]);
  } catch {
    throw new SealBroken();
  }
}

/** Nonces are drawn from the system many at a time, because each draw costs a call; each is used once. */
const nonces = Buffer.alloc(nonceBytes * 256);
let noncesUsed = nonces.length;

function nextNonce(): Buffer {
  if (noncesUsed === nonces.length) {
    randomFillSync(nonces);
    noncesUsed = 0;
  }
  noncesUsed += nonceBytes;
  return nonces.subarray(noncesUsed - nonceBytes, noncesUsed);
}
