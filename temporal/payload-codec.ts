/**
 * Seals what goes into Temporal's histories: arguments, results, memos, summaries, and by the failure converter the messages and
 * stacks of failures. Search attributes stay readable, because Temporal searches them; they are ids and states.
 */
import { METADATA_ENCODING_KEY, type Payload, type PayloadCodec } from '@temporalio/common';
import protocol from '@temporalio/proto';
import type { DataKey } from '../keys/data-key.ts';
import type { Keyring } from '../keys/keyring.ts';
import { scopes } from '../keys/scopes.ts';
import { SealBroken } from '../keys/seal.ts';

const proto = protocol.temporal.api.common.v1.Payload;
/** As Temporal's own examples call it, so that its tools know such a payload by its look. */
const encoding = 'binary/encrypted';
const versionKey = 'encryption-key-version';
/** The decode endpoint knows no workflow, so a payload is bound to its kind alone. */
const boundTo = 'temporal payload';

/**
 * AES-256-GCM with the keyring's `temporal` scope; the key's version stands in the payload's metadata. A payload that is not sealed
 * is passed through on decode: histories of before the codec go on.
 */
export function payloadCodec(keyring: Keyring): PayloadCodec {
  const current = lastKnown(() => keyring.current(scopes.temporal));
  return {
    async encode(payloads) {
      const key = await current();
      return payloads.map((payload) => ({
        metadata: { [METADATA_ENCODING_KEY]: Buffer.from(encoding), [versionKey]: Buffer.from(String(key.version)) },
        data: key.seal(boundTo, Buffer.from(proto.encode(payload).finish())),
      }));
    },
    decode: (payloads) =>
      Promise.all(
        payloads.map(async (payload) => {
          if (!isSealed(payload)) return payload;
          const version = Number(textOf(payload, versionKey));
          if (!Number.isSafeInteger(version)) throw new SealBroken();
          const key = await keyring.version(scopes.temporal, version);
          return proto.decode(key.open(boundTo, Buffer.from(payload.data ?? [])));
        }),
      ),
  };
}

export const isSealed = (payload: Payload) =>
  textOf(payload, METADATA_ENCODING_KEY) === encoding && textOf(payload, versionKey) !== '';

const textOf = ({ metadata }: Payload, name: string) => Buffer.from(metadata?.[name] ?? []).toString();

/**
 * The key of the last look, while the next look is under way: a workflow's task must not wait for the app database, nor fail with
 * it. Keys of this scope are kept for good, so one that is a moment old is as good.
 */
function lastKnown(look: () => Promise<DataKey>): () => Promise<DataKey> {
  let last: DataKey | undefined;
  return async () => {
    const looked = look().then((key) => (last = key));
    if (!last) return looked;
    looked.catch(() => undefined);
    return last;
  };
}
