import type { Payload } from '@temporalio/common';
import { JSONToPayload, payloadToJSON, type JSONPayload } from '@temporalio/common/lib/proto-utils.js';
import type { Api } from './demo/client.ts';

/** Opens payloads as the Temporal UI does, by Temporal's codec protocol: a script needs no master key, but an API key. */
export function decodeOverHttp(api: Api) {
  return async (payloads: Payload[]): Promise<Payload[]> => {
    const body = { payloads: payloads.map(payloadToJSON) };
    const answer = await api.call<{ payloads: JSONPayload[] }>('POST', '/temporal/codec/decode', body);
    return answer.payloads.map(JSONToPayload);
  };
}
