import { z } from 'zod';
import { isStale } from '../../../domain/card.ts';
import { connectionStates, stateWords } from '../../../domain/connection-state.ts';
import type { Connection } from '../../../db/app/stores/connections.ts';
import { getProvider } from '../../../providers/registry.ts';
import type { Deps } from '../../deps.ts';
import { leadingWorkflow, workflowSchema } from '../../links.ts';
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

export const connectionDetailSchema = connectionSchema
  .extend({
    freshness: z.object({ stale: z.boolean(), freshWithinS: z.number() }),
    settings: z.record(z.string(), z.unknown()).optional().meta({ description: 'Only for those who may change them.' }),
    policy: policySchema.optional().meta({ description: 'Only for those who may change it.' }),
  })
  .meta({ id: 'ConnectionDetail' });

/** A connection in words, with the workflow that leads it. */
export function describeConnection(deps: Deps, connection: Connection): z.input<typeof connectionSchema> {
  const { key, label, webhook } = getProvider(connection.providerKey);
  const { clientSentence, nextAction } = stateWords[connection.state];
  return {
    ...connection,
    provider: { key, label },
    clientSentence,
    nextAction,
    webhookUrl: webhook ? `${deps.publicUrl}/webhooks/${key}/${connection.id}` : null,
    workflow: leadingWorkflow(deps, connection),
  };
}

export async function describeConnectionDetail(deps: Deps, connection: Connection, seesSettings: boolean) {
  const { settings, policy } = await deps.stores.connections.settings(connection.id);
  const { freshWithinS } = policy;
  const stale = isStale({
    lastSuccessAt: connection.lastSuccessAt?.toISOString() ?? null,
    freshWithinS,
    now: new Date().toISOString(),
  });
  return {
    ...describeConnection(deps, connection),
    freshness: { stale, freshWithinS },
    ...(seesSettings && { settings, policy }),
  };
}
