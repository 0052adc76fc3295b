/** The codec by itself, on a real keyring: what it seals, what it lets through, and what it does without the database. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApplicationFailure, defaultPayloadConverter, type Payload, type PayloadCodec } from '@temporalio/common';
import type { Sequelize } from 'sequelize';
import { keyStore } from '../../db/app/stores/data-keys.ts';
import { openDatabase } from '../../db/database.ts';
import { openKeyring } from '../../keys/keyring.ts';
import { localMasterKey } from '../../keys/local-master-key.ts';
import { openHistory } from '../../temporal/open-history.ts';
import { isSealed, payloadCodec } from '../../temporal/payload-codec.ts';
import { failureConverter } from '../../workflows/failure-converter.ts';
import { textOf } from '../harness/canary.ts';
import { freshDatabases, type FreshDatabases } from '../harness/mysql.ts';

const values = [{ text: 'canary' }, 'canary', null, undefined, new TextEncoder().encode('canary')];
const canary = 'canary';
let databases: FreshDatabases;
let sequelize: Sequelize;
let codec: PayloadCodec;
const master = localMasterKey(randomBytes(32));
/** As another process has it, without a key in memory. */
const another = async (on: Sequelize = sequelize, masterKey = master) =>
  payloadCodec(await openKeyring({ store: keyStore(on), masterKeys: [masterKey], keepMs: 0 }));

beforeAll(async () => {
  databases = await freshDatabases();
  sequelize = openDatabase(databases.appUrl, { poolMax: 4 });
  codec = await another();
});
afterAll(async () => {
  await sequelize.close();
  await databases.drop();
});

const plain = (value: unknown) => defaultPayloadConverter.toPayload(value);
const sealed = async (value: unknown, by = codec): Promise<Payload> => (await by.encode([plain(value)]))[0]!;
const opened = async (payload: Payload, by = codec) => defaultPayloadConverter.fromPayload((await by.decode([payload]))[0]!);
const versionOf = ({ metadata }: Payload) => Buffer.from(metadata!['encryption-key-version']!).toString();

it.each(values)('seals %j, and opens it in another process', async (value) => {
  const payload = await sealed(value);
  expect(Object.keys(payload.metadata!)).toEqual(['encoding', 'encryption-key-version']);
  expect(textOf(payload)).not.toContain(canary);
  expect(await opened(payload, await another())).toEqual(value);
});

it('seals the same value differently each time, so that equal values cannot be told', async () => {
  expect(textOf(await sealed('a'))).not.toBe(textOf(await sealed('a')));
});

it('lets through what was written before it was there', async () => {
  expect(await codec.decode([plain('plain'), await sealed(canary)])).toEqual([plain('plain'), expect.anything()]);
  expect(await codec.decode([])).toEqual([]);
});

it('opens what an earlier key sealed, by the version that stands beside it', async () => {
  const before = await sealed(canary);
  await sequelize.query("UPDATE data_keys SET state = 'superseded', current_scope = NULL WHERE scope = 'temporal'");
  await sealed(canary); // looks again, for the next one
  const after = await sealed(canary, await another());
  expect([versionOf(before), versionOf(after)]).toEqual(['2', '3']);
  for (const payload of [before, after]) expect(await opened(payload, await another())).toBe(canary);
});

it.each<[string, (payload: Payload) => Payload]>([
  [
    'was changed',
    ({ metadata, data }) => ({
      metadata: metadata!,
      data: Buffer.from(data!.map((byte, at) => (at === data!.length - 1 ? byte ^ 1 : byte))),
    }),
  ],
  ['was cut', ({ metadata, data }) => ({ metadata: metadata!, data: data!.subarray(0, 10) })],
  [
    'names no version',
    ({ metadata, data }) => ({ metadata: { ...metadata, 'encryption-key-version': Buffer.from('x') }, data: data! }),
  ],
])('refuses a payload that %s', async (_, change) => {
  await expect(codec.decode([change(await sealed(canary))])).rejects.toMatchObject({ name: 'SealBroken' });
});

it('goes on sealing and opening while the app database is away, with the key it knows', async () => {
  const own = openDatabase(databases.appUrl, { poolMax: 1 });
  const lonely = await another(own);
  const before = await sealed(canary, lonely);
  await own.close();
  const after = await sealed(canary, lonely);
  for (const payload of [before, after]) expect(await opened(payload, lonely)).toBe(canary);
});

describe('A failure', () => {
  it('keeps its message and its stack in a payload, which is sealed', async () => {
    const error = ApplicationFailure.create({
      message: `about ${canary}`,
      type: 'defect',
      details: [canary],
      cause: new Error(canary),
    });
    const failure = failureConverter.errorToFailure(error, defaultPayloadConverter);
    expect([failure.message, failure.stackTrace, failure.cause?.message]).toEqual(['Encoded failure', '', 'Encoded failure']);
    expect(failure.applicationFailureInfo?.type).toBe('defect'); // rules of repetition go by it
    const [attributes] = await codec.encode([failure.encodedAttributes!]);
    expect(isSealed(attributes!)).toBe(true);
    const back = failureConverter.failureToError(
      { ...failure, encodedAttributes: (await codec.decode([attributes!]))[0]! },
      defaultPayloadConverter,
    );
    expect(back).toMatchObject({ message: `about ${canary}`, type: 'defect', cause: { message: canary } });
  });

  it('of before, with its message in the open, is still read', () => {
    const read = failureConverter.failureToError(
      { message: 'old', applicationFailureInfo: { type: 'defect' } },
      defaultPayloadConverter,
    );
    expect(read).toMatchObject({ message: 'old', type: 'defect' });
  });
});

it('opens a whole history where it stands, and leaves the rest of it alone', async () => {
  const event = {
    id: 7,
    input: { payloads: [await sealed('one'), plain('two')] },
    more: [{ memo: { fields: { a: await sealed('three') } } }],
  };
  expect(await openHistory(event, codec.decode)).toEqual({
    id: 7,
    input: { payloads: [expect.objectContaining({ data: plain('one').data }), plain('two')] },
    more: [{ memo: { fields: { a: expect.objectContaining({ data: plain('three').data }) } } }],
  });
});
