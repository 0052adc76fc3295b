import { JSONToPayload, payloadToJSON, type JSONPayload } from '@temporalio/common/lib/proto-utils.js';
import type { z } from 'zod';
import { SealBroken } from '../../../keys/seal.ts';
import { invalid } from '../../errors.ts';
import { route } from '../../route.ts';
import { payloadsSchema, type payloadSchema } from './schema.ts';

/** The Temporal UI and CLI call it for each thing that they show. What is not sealed comes back as it came. */
export const decodePayloads = route({
  method: 'post',
  path: '/temporal/codec/decode',
  permission: 'temporal.decode',
  summary: 'Open payloads of Temporal’s histories, by Temporal’s codec protocol; each request is audited',
  body: payloadsSchema,
  answer: payloadsSchema,
  async handle({ deps, body, audit }) {
    const detail = { payloads: body.payloads.length };
    // Before anything is opened: what cannot be written down is not shown.
    await deps.stores.audit.append({
      companyId: null,
      action: 'temporal.decode',
      subject: 'histories',
      outcome: 'done',
      detail,
      ...audit,
    });
    const payloads = await Promise.all(
      body.payloads.map(async (payload, index) => {
        const [opened] = await deps.codec.decode([JSONToPayload(payload as JSONPayload)]).catch((error: unknown) => {
          if (!(error instanceof SealBroken)) throw error;
          throw invalid([
            { path: `payloads.${index}`, message: 'Does not open: it was changed, or sealed by another installation.' },
          ]);
        });
        return payloadToJSON(opened!) as z.input<typeof payloadSchema>;
      }),
    );
    return { payloads };
  },
});
