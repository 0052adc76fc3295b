import { z } from 'zod';
import { isStale, staleSentence } from '../../../domain/card.ts';
import { connectionStates, stateWords } from '../../../domain/connection-state.ts';
import { isAllowed } from '../../../domain/permissions.ts';
import type { Connection } from '../../../db/app/stores/connections.ts';
import { getProvider } from '../../../providers/registry.ts';
import type { Deps } from '../../deps.ts';
import { leadingWorkflow, workflowSchema } from '../../links.ts';
import type { Caller } from '../../locals.ts';
import { forEyesOf } from '../../mask.ts';
import { moment } from '../../schemas.ts';
import { policySchema } from './policy.ts';

export const connectionSchema = z
  .object({
    id: z.string(),
    companyId: z.string(),
    provider: z.object({ key: z.string(), label: z.string() }),
    purpose: z.string(),
    label: z.string(),
    reason: z.string(),
    ownerUserId: z.string().nullable(),
    state: z.enum(connectionStates),
    stateReason: z.string().nullable(),
    stateChangedAt: moment,
    clientSentence: z.string().meta({ description: 'What the state says to the client.' }),
    nextAction: z.string().meta({ description: 'What the connection’s owner does next.' }),
    lastSuccessAt: moment.nullable(),
    createdAt: moment,
    webhookUrl: z.url().nullable().meta({ description: 'Where the provider sends its webhooks.' }),
    workflow: workflowSchema,
  })
  .meta({ id: 'Connection' });

export const freshnessSchema = z
  .object({
    stale: z.boolean(),
    freshWithinS: z.number(),
    sentence: z.string().nullable().meta({ description: 'When it is stale: since when.' }),
  })
  .meta({ id: 'Freshness' });

export const connectionDetailSchema = connectionSchema
  .extend({
    freshness: freshnessSchema,
    settings: z.record(z.string(), z.unknown()).optional().meta({ description: 'Only for those who may change them.' }),
    policy: policySchema.optional().meta({ description: 'Only for those who may change it.' }),
  })
  .meta({ id: 'ConnectionDetail' });

/** A connection in words, with the workflow that leads it. */
export function describeConnection(deps: Deps, caller: Caller, connection: Connection): z.input<typeof connectionSchema> {
  const { key, label, webhook } = getProvider(connection.providerKey);
  const { clientSentence, nextAction } = stateWords[connection.state];
  return {
    ...connection,
    reason: forEyesOf(caller)(connection.reason),
    stateReason: connection.stateReason && forEyesOf(caller)(connection.stateReason),
    provider: { key, label },
    clientSentence,
    nextAction,
    webhookUrl: webhook ? `${deps.publicUrl}/webhooks/${key}/${connection.id}` : null,
    workflow: leadingWorkflow(deps, connection),
  };
}

export async function describeConnectionDetail(deps: Deps, caller: Caller, connection: Connection) {
  const { settings, policy } = await deps.stores.connections.settings(connection.id);
  return {
    ...describeConnection(deps, caller, connection),
    freshness: describeFreshness(connection.lastSuccessAt, policy.freshWithinS),
    ...(isAllowed(caller.role, 'connection.settings') && { settings, policy }),
  };
}

/** Computed from the last good run and the clock when it is read: nothing has to run for it to be true. */
export function describeFreshness(lastSuccess: Date | null, freshWithinS: number): z.input<typeof freshnessSchema> {
  const lastSuccessAt = lastSuccess?.toISOString() ?? null;
  const stale = isStale({ lastSuccessAt, freshWithinS, now: new Date().toISOString() });
  return { stale, freshWithinS, sentence: stale ? staleSentence(lastSuccessAt) : null };
}
