import { z } from 'zod';
import { isStale, staleSentence } from '../../../domain/card.ts';
import { circuitSentence, type Circuit } from '../../../domain/circuit.ts';
import {
  connectionCommands,
  connectionStates,
  decideCommand,
  stateWords,
  type ConnectionCommand,
  type ConnectionState,
} from '../../../domain/connection-state.ts';
import { expectsNothing } from '../../../domain/health.ts';
import { isAllowed, type Permission } from '../../../domain/permissions.ts';
import type { Connection } from '../../../db/app/stores/connections.ts';
import { getProvider } from '../../../providers/registry.ts';
import type { Deps } from '../../deps.ts';
import { leadingWorkflow, workflowSchema } from '../../links.ts';
import type { Caller } from '../../locals.ts';
import { forEyesOf } from '../../mask.ts';
import { moment } from '../../schemas.ts';
import { findOwners } from './owners.ts';
import { policyOverridesSchema, policySchema } from './policy.ts';

export const connectionSchema = z.object({
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
});

export const freshnessSchema = z
  .object({
    stale: z.boolean(),
    freshWithinS: z.number(),
    sentence: z.string().nullable().meta({ description: 'When it is stale: since when.' }),
  })
  .meta({ id: 'Freshness' });

export const circuitSchema = z
  .object({
    state: z
      .enum(['closed', 'open', 'half_open'])
      .meta({ description: 'open: nothing is asked; half_open: one call is trying.' }),
    since: moment.nullable(),
    nextProbeAt: moment.nullable().meta({ description: 'When one call tries again by itself.' }),
    reason: z.string().nullable(),
    sentence: z.string(),
  })
  .meta({ id: 'Circuit' });

export const ownerSchema = z
  .object({
    userId: z.string(),
    name: z.string(),
    by: z.enum(['assigned', 'duty']).meta({ description: 'duty: nobody is assigned, and this person is on duty now.' }),
  })
  .meta({ id: 'ConnectionOwner' });

export const connectionDetailSchema = connectionSchema
  .extend({
    owner: ownerSchema.nullable().meta({ description: 'Who looks after it; null: nobody is assigned or on duty.' }),
    freshness: freshnessSchema,
    pushes: z
      .object({
        waiting: z.number().meta({ description: 'Go out by themselves when the provider can be written.' }),
        oldestAt: moment.nullable(),
        needPerson: z.number().meta({ description: 'Failed or in conflict: a person decides.' }),
      })
      .meta({ description: 'What people asked to have written there and is not.' }),
    circuit: circuitSchema,
    commands: z.array(z.enum(connectionCommands)).meta({ description: 'What the caller may do with it as it is now.' }),
    settings: z.record(z.string(), z.unknown()).optional().meta({ description: 'Only for those who may change them.' }),
    policy: policySchema.optional().meta({ description: 'Only for those who may change it.' }),
    policyOverrides: policyOverridesSchema
      .optional()
      .meta({ description: 'What of the policy was set for this connection; the rest is as usual.' }),
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
  const { settings, policy, overrides } = await deps.stores.connections.settings(connection.id);
  const circuits = await deps.stores.circuits.read([connection.id]);
  const ownerOf = await findOwners(deps, [connection]);
  return {
    ...describeConnection(deps, caller, connection),
    owner: ownerOf(connection),
    freshness: describeFreshness(connection, policy.freshWithinS),
    pushes: await deps.stores.pushes.standing(connection.id),
    circuit: describeCircuit(circuits.get(connection.id), connection.providerKey, caller),
    commands: await commandsNow(deps, caller, connection),
    ...(isAllowed(caller.role, 'connection.settings') && { settings, policy, policyOverrides: overrides }),
  };
}

const permissionFor: Record<ConnectionCommand, Permission> = {
  syncNow: 'connection.sync',
  pause: 'connection.pause',
  resume: 'connection.pause',
  disconnect: 'connection.disconnect',
  reauthorize: 'connection.reauthorize',
  enterManualValue: 'connection.manual_value',
  handBackManualValue: 'connection.manual_value',
};

async function commandsNow({ stores }: Deps, { role }: Caller, { id, state }: Connection): Promise<ConnectionCommand[]> {
  const open = connectionCommands.filter(
    (command) => isAllowed(role, permissionFor[command]) && decideCommand(state, command).verdict === 'accepted',
  );
  if (!open.includes('handBackManualValue')) return open;
  const stand = await stores.manualValues.list(id);
  return open.filter((command) => command !== 'handBackManualValue' || stand.length > 0);
}

/** Computed from the last good run and the clock when it is read: nothing has to run for it to be true. */
export function describeFreshness(
  { state, lastSuccessAt: lastSuccess }: { state: ConnectionState; lastSuccessAt: Date | null },
  freshWithinS: number,
): z.input<typeof freshnessSchema> {
  const lastSuccessAt = lastSuccess?.toISOString() ?? null;
  const stale = !expectsNothing(state) && isStale({ lastSuccessAt, freshWithinS, now: new Date().toISOString() });
  return { stale, freshWithinS, sentence: stale ? staleSentence(lastSuccessAt) : null };
}

const neverOpen: Circuit = { state: 'closed', since: null, nextProbeAt: null, reason: null };

export function describeCircuit(
  circuit: Circuit = neverOpen,
  providerKey: string,
  caller: Caller,
): z.input<typeof circuitSchema> {
  const sentence = circuitSentence(circuit, getProvider(providerKey).label);
  return { ...circuit, reason: circuit.reason && forEyesOf(caller)(circuit.reason), sentence };
}
