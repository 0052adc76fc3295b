import { z } from 'zod';

/** Payloads as protobuf's JSON writes them: bytes in base64. https://github.com/temporalio/samples-go/blob/main/codec-server/protocol.md */
const bytes = z.base64();

export const payloadSchema = z
  .strictObject({
    metadata: z.record(z.string().max(200), bytes).optional(),
    data: bytes.optional(),
    // Named by newer servers for payloads that are kept elsewhere; ours are not.
    externalPayloads: z.array(z.unknown()).max(0).optional(),
  })
  .meta({ id: 'TemporalPayload' });

export const payloadsSchema = z.strictObject({ payloads: z.array(payloadSchema).max(1_000) });
