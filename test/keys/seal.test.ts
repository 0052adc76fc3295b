import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { localMasterKey } from '../../keys/local-master-key.ts';
import { open, seal } from '../../keys/seal.ts';

const key = createSecretKey(randomBytes(32));
/** HKDF-SHA-256 of 32 bytes of 7, as release 0.1.0 derived the key of comp_1. */
const derived = '0957b617017420b939285a1af93719586e936ec1741c94e891d06b4723136483';

describe('A sealed value', () => {
  it('never shares its nonce with another, over many draws from the system', () => {
    const nonces = Array.from({ length: 2_000 }, () =>
      seal(key, 'row_1', Buffer.from('same text')).subarray(0, 12).toString('hex'),
    );
    expect(new Set(nonces).size).toBe(2_000);
  });

  it('opens after a thousand others were sealed', () => {
    const sealed = seal(key, 'row_1', Buffer.from('first'));
    for (let turn = 0; turn < 1_000; turn += 1) seal(key, 'row_1', Buffer.from('later'));
    expect(open(key, 'row_1', sealed).toString()).toBe('first');
  });

  it('does not open under another key, as another row, with a bit changed, or when it is cut short', () => {
    const sealed = seal(key, 'row_1', Buffer.from('text'));
    const bent = Buffer.from(sealed);
    bent[bent.length - 1]! ^= 1;
    expect(() => open(createSecretKey(randomBytes(32)), 'row_1', sealed)).toThrow('does not open');
    expect(() => open(key, 'row_2', sealed)).toThrow('does not open');
    for (const broken of [bent, sealed.subarray(0, 20), Buffer.alloc(0)])
      expect(() => open(key, 'row_1', broken)).toThrow('does not open');
  });
});

describe('A local master key', () => {
  const bytes = Buffer.alloc(32, 7);
  const place = { scope: 'comp_1', version: 2 };

  it('has an id that is always the same and tells nothing of its bytes', () => {
    expect(localMasterKey(bytes).id).toBe(localMasterKey(Buffer.from(bytes)).id);
    expect(localMasterKey(bytes).id).toMatch(/^local:[0-9a-f]{16}$/);
    expect(localMasterKey(Buffer.alloc(32, 8)).id).not.toBe(localMasterKey(bytes).id);
  });

  it('unwraps what it wrapped, in its own place only', async () => {
    const [masterKey, dataKey] = [localMasterKey(bytes), randomBytes(32)];
    const wrapped = await masterKey.wrap(place, dataKey);
    expect(await masterKey.unwrap(place, wrapped)).toEqual(dataKey);
    await expect(masterKey.unwrap({ ...place, scope: 'comp_2' }, wrapped)).rejects.toThrow('does not open');
    await expect(masterKey.unwrap({ ...place, version: 3 }, wrapped)).rejects.toThrow('does not open');
    await expect(localMasterKey(Buffer.alloc(32, 8)).unwrap(place, wrapped)).rejects.toThrow('does not open');
  });

  it('derives for each company what older releases sealed with', () => {
    expect(localMasterKey(bytes).derive!('comp_1').toString('hex')).toBe(derived);
    expect(localMasterKey(bytes).derive!('comp_2').toString('hex')).not.toBe(derived);
  });

  it('refuses a key of another length', () => {
    expect(() => localMasterKey(randomBytes(31))).toThrow('32 bytes');
  });
});
