import { z } from 'zod';
import { noticeChannels } from '../../../domain/notice.ts';
import { rungAudiences, type PolicyChanges, type PolicyOverrides } from '../../../domain/policy.ts';

const upTo30Days = z
  .number()
  .int()
  .max(30 * 24 * 3_600_000);
const ms = upTo30Days.min(1);
/** Of what may also happen at once. */
const wait = upTo30Days.min(0);
const localTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Must be a local time HH:MM.');

const retry = z.strictObject({
  initialMs: ms,
  factor: z.number().min(1).max(10),
  maxMs: ms,
  attemptsMax: z.number().int().min(1).max(100),
});
const rung = z.strictObject({
  position: z.number().int().min(1).max(20),
  tell: z
    .enum(rungAudiences)
    .meta({ description: '`duty` and `platform_duty`: the first on duty by the roster who can be reached.' }),
  channel: z
    .enum(noticeChannels)
    .optional()
    .meta({ description: 'Tried first; without one, each person is told in the way that they prefer.' }),
  acknowledgeWithinMs: ms,
});
const delivery = z.strictObject({
  statusWithinMs: ms,
  lookAfterMs: ms,
  fallbackWithinMs: ms.meta({
    description: 'How long a message that reached nobody waits for what a person does instead; their task stays after it.',
  }),
  quietHours: z.strictObject({ from: localTime, to: localTime }).nullable(),
});

const flapping = z.strictObject({
  reopenWithinMs: wait.meta({ description: 'What comes back within this long after a recovery is the same incident.' }),
  timesMax: z.number().int().min(2).max(100).meta({ description: 'Openings within `windowMs` from which on it flaps.' }),
  windowMs: ms,
  steadyForMs: wait.meta({ description: 'How long a flapping one must stay well before it is over.' }),
});
const line = z.strictObject({ failures: z.number().int().min(1).max(100_000), forMs: wait });
const thresholds = z.strictObject({
  warn: line.meta({ description: 'Failed runs in a row, and for how long: from both on, the owner is warned.' }),
  pause: line.meta({ description: 'From both on, the connection is paused.' }),
  noticeMs: wait.meta({ description: 'From the warning to the pause at least.' }),
});

const cadence = z
  .number()
  .int()
  .min(1)
  .max(30 * 24 * 3_600);
const cadences = <Seconds extends z.ZodType>(seconds: Seconds) => z.record(z.string().max(60), seconds);

const parts = {
  retry,
  retryLadderMs: z.array(ms).max(20).meta({
    description: 'Waits between attempts at failed work that time can mend, each up to a fifth shorter or longer; then a person.',
  }),
  escalateAfterFailedRuns: z.number().int().min(1).max(1_000),
  ladder: z.array(rung).max(20).meta({ description: 'Whom to tell, in order, and how long to wait for each.' }),
  passQuietHours: z
    .enum(['urgent', 'all', 'none'])
    .meta({ description: 'Which incidents are told in quiet hours too: those that only a person can end, all, or none.' }),
  flapping,
  thresholds,
  cadenceS: cadences(cadence).meta({
    description: 'Seconds between scheduled runs, by stream; a stream that is absent takes the provider’s own.',
  }),
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

const overrides = {
  ...parts,
  retry: retry.partial(),
  delivery: delivery.partial(),
  flapping: flapping.partial(),
  thresholds: thresholds.partial(),
};

/** Only what shall differ from the defaults. */
export const policyOverridesSchema = z.strictObject(overrides).partial().meta({ id: 'PolicyOverrides' });

/** Only what shall differ from what is stored; `null`, where it may stand, is the default again. */
export const policyChangesSchema = z
  .strictObject({
    ...overrides,
    escalateAfterFailedRuns: parts.escalateAfterFailedRuns.nullable(),
    ladder: parts.ladder.nullable(),
    passQuietHours: parts.passQuietHours.nullable(),
    cadenceS: cadences(cadence.nullable()),
    freshWithinS: parts.freshWithinS.nullable(),
  })
  .partial()
  .meta({ id: 'PolicyChanges' });

/** Drops the keys that zod leaves `undefined`, which the domain's exact optional types do not know. */
const withoutAbsent = (given: object) => JSON.parse(JSON.stringify(given)) as unknown;
export const asOverrides = (given: z.output<typeof policyOverridesSchema>) => withoutAbsent(given) as PolicyOverrides;
export const asChanges = (given: z.output<typeof policyChangesSchema>) => withoutAbsent(given) as PolicyChanges;
