import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { awsKmsMasterKey } from '../../keys/aws-kms-master-key.ts';
import { KeyUnavailable } from '../../keys/master-key.ts';
import { startKms, type KmsStandIn } from './kms-stand-in.ts';

const arn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const otherArn = arn.replace('1234abcd', '99999999');
const place = { scope: 'comp_1', version: 2 };
const environment = {
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'canary-secret',
  AWS_EC2_METADATA_DISABLED: 'true',
};

describe('A master key in AWS KMS', () => {
  let kms: KmsStandIn;
  const before = { ...process.env };
  beforeAll(() => void Object.assign(process.env, environment));
  afterAll(() => {
    for (const name of Object.keys(environment)) if (before[name] === undefined) delete process.env[name];
  });
  beforeEach(async () => {
    kms = await startKms([arn, otherArn]);
  });
  afterEach(() => kms.close());
  const masterKey = (id = arn) => awsKmsMasterKey({ arn: id, endpoint: kms.url });

  it('wraps and unwraps with signed requests that name the company', async () => {
    const dataKey = randomBytes(32);
    const wrapped = await masterKey().wrap(place, dataKey);
    expect(wrapped.includes(dataKey)).toBe(false);
    expect(await masterKey().unwrap(place, wrapped)).toEqual(dataKey);
    expect(kms.requests).toMatchObject(
      ['Encrypt', 'Decrypt'].map((operation) => ({
        operation,
        signed: true,
        KeyId: arn,
        EncryptionContext: { company: 'comp_1', version: '2' },
      })),
    );
  });

  it('unwraps nothing in another place or with another key', async () => {
    const wrapped = await masterKey().wrap(place, randomBytes(32));
    for (const wrong of [masterKey().unwrap({ ...place, scope: 'comp_2' }, wrapped), masterKey(otherArn).unwrap(place, wrapped)])
      await expect(wrong).rejects.toThrow('wrapped by another key, or for another place');
  });

  it('tries again when KMS stumbles', async () => {
    kms.failures.push([500, 'KMSInternalException'], [400, 'ThrottlingException']);
    expect((await masterKey().wrap(place, randomBytes(32))).length).toBeGreaterThan(32);
    expect(kms.requests).toHaveLength(3);
  });

  it.each([
    ['keeps failing', 3, [500, 'KMSInternalException']],
    ['refuses', 1, [400, 'AccessDeniedException']],
    ['has disabled the key', 1, [400, 'DisabledException']],
  ] as const)('says what to do when KMS %s, after %s requests', async (_, requests, [status, name]) => {
    for (let each = 0; each < 5; each += 1) kms.failures.push([status, name]);
    const error = await masterKey()
      .wrap(place, randomBytes(32))
      .catch((thrown: unknown) => thrown as Error);
    expect(error).toBeInstanceOf(KeyUnavailable);
    expect(String(error)).toMatch(new RegExp(`${arn}.*${name}.*Nothing was changed.*credentials`));
    expect(String(error)).not.toContain('canary');
    expect(kms.requests).toHaveLength(requests);
  });

  it('gives up on a KMS that is not there', async () => {
    await kms.close();
    await expect(masterKey().unwrap(place, Buffer.alloc(60))).rejects.toThrow(KeyUnavailable);
  });
});
