import { z } from 'zod';
import type { PolicyOverrides } from '../../../domain/policy.ts';

const ms = z
  .number()
  .int()
  .min(1)
  .max(30 * 24 * 3_600_000);
const localTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Must be a local time HH:MM.');

const retry = z.strictObject({
  initialMs: ms,
  factor: z.number().min(1).max(10),
  maxMs: ms,
  attemptsMax: z.number().int().min(1).max(100),
});
const rung = z.strictObject({
  position: z.number().int().min(1).max(20),
  tell: z.enum(['owner', 'company_admin', 'platform_admin']),
  channel: z.literal('sms'),
  acknowledgeWithinMs: ms,
});
const delivery = z.strictObject({
  statusWithinMs: ms,
  lookAfterMs: ms,
  quietHours: z.strictObject({ from: localTime, to: localTime }).nullable(),
});

const parts = {
  retry,
  escalateAfterFailedRuns: z.number().int().min(1).max(1_000),
  ladder: z.array(rung).max(20).meta({ description: 'Whom to tell, in order, and how long to wait for each.' }),
  cadenceS: z
    .record(
      z.string().max(60),
      z
        .number()
        .int()
        .min(1)
        .max(30 * 24 * 3_600),
    )
    .meta({ description: 'Seconds between scheduled runs, by stream; a stream that is absent takes the provider’s own.' }),
  freshWithinS: z
    .number()
    .int()
    .min(1)
    .max(366 * 24 * 3_600)
    .meta({
      description:
        'Seconds after which a value is shown as stale; twice the time between two runs of the most frequent stream, where it is not said.',
    }),
  delivery,
};

export const policySchema = z.strictObject(parts).meta({ id: 'Policy' });

/** Only what shall differ from the defaults. */
export const policyOverridesSchema = z
  .strictObject({ ...parts, retry: retry.partial(), delivery: delivery.partial() })
  .partial()
  .meta({ id: 'PolicyOverrides' });

/** Drops the keys that zod leaves `undefined`, which the domain's exact optional types do not know. */
export const asOverrides = (overrides: z.output<typeof policyOverridesSchema>) =>
  JSON.parse(JSON.stringify(overrides)) as PolicyOverrides;
