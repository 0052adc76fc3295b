import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import type { Keyring } from '../keys/keyring.ts';
import { payloadCodec } from './payload-codec.ts';

/** Into the workflow bundle it goes by path, and clients and workers load it by the same. */
export const failureConverterPath = fileURLToPath(new URL('../workflows/failure-converter.ts', import.meta.url));

/** What every Temporal client and worker of ours is given: one without it would read nothing and write in the clear. */
export const dataConverter = (keyring: Keyring): DataConverter => ({
  payloadCodecs: [payloadCodec(keyring)],
  failureConverterPath,
});
