import { createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import { open, seal } from './seal.ts';

/** One version of a scope's key. The row of a sealed value keeps `version`, and `boundTo` is what the row is. */
export interface DataKey {
  readonly version: number;
  seal(boundTo: string, plaintext: Buffer): Buffer;
  /** Throws `SealBroken`. */
  open(boundTo: string, sealed: Buffer): Buffer;
  /** The same for the same text, and telling nothing of it to whoever has not the key: 32 bytes. */
  fingerprint(text: string): Buffer;
}

/** Takes the bytes over: they are wiped, so that only Node's key object holds them. */
export function dataKey(version: number, bytes: Buffer): DataKey {
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return {
    version,
    seal: (boundTo, plaintext) => seal(key, boundTo, plaintext),
    open: (boundTo, sealed) => open(key, boundTo, sealed),
    fingerprint(text) {
      // A key of its own, because the data key is for sealing.
      const own = Buffer.from(hkdfSync('sha256', key, '', 'linkwright fingerprint', 32));
      return createHmac('sha256', own).update(text).digest();
    },
  };
}
