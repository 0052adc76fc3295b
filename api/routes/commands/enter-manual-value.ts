import { z } from 'zod';
import type { NewManualValue } from '../../../db/app/stores/manual-values.ts';
import type { Connection } from '../../../db/app/stores/connections.ts';
import { checkEntry, manualValueLife, periodOf } from '../../../domain/manual-value.ts';
import { definitionOf, metricKeys, type MetricKey } from '../../../domain/metrics.ts';
import { localDay } from '../../../domain/periods.ts';
import { getProvider } from '../../../providers/registry.ts';
import { enterManualValueUpdate } from '../../../workflows/messages.ts';
import { commandConnection } from '../../commands.ts';
import type { Deps } from '../../deps.ts';
import { ApiError, invalid } from '../../errors.ts';
import { route } from '../../route.ts';
import { day, laterMoment, name, verdictSchema } from '../../schemas.ts';

const metricKey = z.enum(metricKeys);
const value = z.string().regex(/^-?\d{1,12}(\.\d{1,8})?$/, 'Must be a decimal number as text, such as "42" or "3.5".');
const bodySchema = z.strictObject({
  metricKey: metricKey.optional(),
  value: value.optional(),
  values: z
    .array(z.strictObject({ metricKey, value }))
    .min(1)
    .max(metricKeys.length)
    .optional()
    .meta({ description: 'Several at once, in place of metricKey and value.' }),
  periodStart: day,
  periodEnd: day,
  expiresAt: laterMoment.optional().meta({
    description: 'From when on the card shows the source’s last good value again: in a week when absent, at most in 31 days.',
  }),
  reason: name(280),
  sure: z.boolean().default(false).meta({ description: 'The value is right although it is far from the last one.' }),
});
type Body = z.output<typeof bodySchema>;

export const enterManualValue = route({
  method: 'post',
  path: '/connections/:connectionId/manual-values',
  permission: 'connection.manual_value',
  summary: 'Enter values by hand while the source cannot deliver them; the card says that a person entered them',
  body: bodySchema,
  command: true,
  answer: verdictSchema.extend({ snapshotId: z.string(), snapshotIds: z.array(z.string()) }).meta({ id: 'ManualValueAnswer' }),
  refusals: [409, 503, 504],
  idempotent: true,
  async handle({ deps, found: { connection }, body, caller, audit }) {
    const { manualValues, heldValues } = deps.stores;
    const entries = await checked(deps, connection, body);
    const held = new Set((await heldValues.list(connection.id)).map((waiting) => waiting.metricKey));
    const snapshotIds: string[] = [];
    for (const entry of entries) snapshotIds.push((await manualValues.enter(entry, audit)).snapshotId);
    const [snapshotId] = snapshotIds as [string];
    const areHeld = entries.every((entry) => held.has(entry.metricKey));
    const given = { by: caller.actor, snapshotId, snapshotIds, areHeld };
    try {
      const answer = await commandConnection(deps, connection, 'enterManualValue', enterManualValueUpdate, given, audit);
      return { ...answer, snapshotId, snapshotIds };
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) await manualValues.discard(snapshotIds);
      throw error;
    }
  },
});

/** What fits the definitions of their metrics; everything that does not is named by its field. */
async function checked(deps: Deps, connection: Connection, body: Body): Promise<NewManualValue[]> {
  const { id: connectionId, companyId, providerKey } = connection;
  const now = new Date();
  const { reason, sure, expiresAt = new Date(now.getTime() + manualValueLife.defaultMs) } = body;
  const fed = getProvider(providerKey).metrics;
  const today = localDay(now, (await deps.stores.companies.find(companyId))!.timeZone);
  const shown = await deps.stores.metrics.shown(connectionId);
  const entered = enteredIn(body);
  const issues = entered.flatMap(({ at, ...one }, place) => {
    if (!fed.includes(one.metricKey)) return [{ path: `${at}metricKey`, message: 'This provider does not feed it.' }];
    if (entered.findIndex((other) => other.metricKey === one.metricKey) < place)
      return [{ path: `${at}metricKey`, message: 'Is entered twice.' }];
    const last = shown.get(one.metricKey)?.value ?? null;
    const faults = checkEntry(definitionOf(one.metricKey), { ...body, ...one, sure, expiresAt }, { last, today, now });
    return faults.map(({ field, message }) => ({ path: field === 'value' ? `${at}value` : field, message }));
  });
  if (issues.length > 0) throw invalid(issues.filter(({ path, message }, place) => issues.findIndex((issue) => issue.path === path && issue.message === message) === place)); // prettier-ignore
  return entered.map((one) => ({
    companyId,
    connectionId,
    metricKey: one.metricKey,
    value: one.value,
    ...periodOf(definitionOf(one.metricKey), body),
    reason,
    expiresAt,
  }));
}

/** `at` is where it stands in the body. */
function enteredIn({ metricKey: key, value: one, values }: Body): { metricKey: MetricKey; value: string; at: string }[] {
  if (values && (key !== undefined || one !== undefined))
    throw invalid([{ path: 'values', message: 'Stands in place of metricKey and value, not beside them.' }]);
  if (values) return values.map((entry, place) => ({ ...entry, at: `values.${place}.` }));
  if (key !== undefined && one !== undefined) return [{ metricKey: key, value: one, at: '' }];
  throw invalid([{ path: key === undefined ? 'metricKey' : 'value', message: 'Is missing.' }]);
}
