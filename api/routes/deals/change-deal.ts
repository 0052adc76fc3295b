import { z } from 'zod';
import type { Connection } from '../../../db/app/stores/connections.ts';
import { canonicalFields, mappingName } from '../../../domain/mapping.ts';
import { limitOf } from '../../../domain/field-limits.ts';
import { applyOutMapping, usualOutMapping, type FieldValues } from '../../../domain/out-mapping.ts';
import { writesOf } from '../../../providers/registry.ts';
import type { Deps } from '../../deps.ts';
import { ApiError, invalid, notFound } from '../../errors.ts';
import { wakePushesOf } from '../../push-work.ts';
import { requireLaunched } from '../../remap.ts';
import { route } from '../../route.ts';
import { describePush, pushSchema } from '../pushes/schema.ts';

const bodySchema = z.strictObject({
  title: z.string().trim().min(1).max(255).optional(),
  stage: z.string().min(1).max(100).optional().meta({ description: 'One of the connection’s stages, by its id.' }),
  amount: z
    .string()
    .regex(/^-?\d{1,12}(\.\d{1,8})?$/, 'Must be a decimal number as text, such as 1200.50.')
    .nullable()
    .optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'Must be the code of a currency, such as EUR.')
    .optional(),
  expectedCloseOn: z.iso.date().nullable().optional(),
  ownerExternalId: z.string().min(1).max(100).nullable().optional(),
  force: z.boolean().default(false).meta({ description: 'Write it over whatever others change until then.' }),
});

export const changeDeal = route({
  method: 'patch',
  path: '/connections/:connectionId/deals/:dealId',
  permission: 'record.write',
  summary: 'Have a deal changed at the provider: kept at once, written in its turn, shown as pending until then',
  body: bodySchema,
  status: 202,
  answer: pushSchema,
  idempotent: true,
  refusals: [409],
  async handle({ deps, caller, found: { connection, deal }, body: { force, ...change }, audit }) {
    if (deal.connectionId !== connection.id) throw notFound('deal');
    requireLaunched(connection);
    const wanted = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as FieldValues;
    await requireWritable(deps, connection, wanted);
    const { id: connectionId, companyId } = connection;
    const push = await deps.stores.pushes.ask({ connectionId, companyId, dealId: deal.id, wanted, overwrites: force }, audit);
    await wakePushesOf(deps, connectionId);
    return describePush(deps, caller, push);
  },
});

/** Refuses, naming each, what could never be written: it would only wait to fail. */
async function requireWritable({ stores }: Deps, connection: Connection, wanted: FieldValues): Promise<void> {
  const { id: connectionId, providerKey } = connection;
  const writes = writesOf(providerKey, 'deal');
  if (!writes) throw new ApiError(409, 'refused', 'Deals of this provider cannot be written: change them there.');
  if (Object.keys(wanted).length === 0)
    throw invalid([{ path: '', message: `Name what shall change: ${Object.keys(canonicalFields.deal).join(', ')}.` }]);
  const mapping =
    (await stores.mappings.current(connectionId, mappingName({ object: 'deal', direction: 'out' }))) ??
    usualOutMapping(writes.mapping, await stores.mappings.current(connectionId, 'deal'));
  const made = applyOutMapping(mapping, writes.fields, wanted);
  const issues = 'issues' in made ? made.issues : [];
  for (const [name, value] of Object.entries(wanted)) {
    const fault = value === null ? undefined : limitOf(name)?.(String(value));
    if (fault !== undefined) issues.push({ path: name, message: fault });
  }
  const known = 'stage' in wanted ? await stores.pipelineStages.list(connectionId) : [];
  if (known.length > 0 && !known.some(({ externalId, goneAt }) => externalId === wanted['stage'] && goneAt === null))
    issues.push({ path: 'stage', message: 'Is no stage of this connection: list its stages.' });
  if (issues.length > 0) throw invalid(issues);
}
