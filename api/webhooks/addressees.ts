import type { ConnectionOfAccount } from '../../db/app/stores/connections.ts';
import type { InboundEvent } from '../../providers/contract.ts';
import type { Deps } from '../deps.ts';
import type { Addressed } from './verify.ts';

/** A connection, and what it is told. */
export interface Told {
  connection: Pick<ConnectionOfAccount, 'id' | 'companyId' | 'providerKey'>;
  events: InboundEvent[];
}

/**
 * Whose events these are. Where an app's webhooks are of all its accounts, each connection is told of its own account's alone, also at
 * the address of one connection: whoever gives the app that address would else show it every other company's. Events of accounts that
 * nobody here has are counted; the provider would send them again if they were refused.
 */
export async function addressees(
  { webhookTargets, metrics }: Pick<Deps, 'webhookTargets' | 'metrics'>,
  { providerKey, webhook, target }: Addressed,
  events: InboundEvent[],
): Promise<Told[]> {
  if (!webhook.accountOf) return target ? [{ connection: target.connection, events }] : [];
  const accounts = await webhookTargets.accountsOf(providerKey);
  const told = new Map<string, Told>();
  let unknown = 0;
  for (const event of events) {
    const all = accounts.get(webhook.accountOf(event)) ?? [];
    const connections = target ? all.filter(({ id }) => id === target.connection.id) : all;
    if (connections.length === 0) unknown += 1;
    for (const connection of connections) {
      const others = told.get(connection.id);
      if (others) others.events.push(event);
      else told.set(connection.id, { connection, events: [event] });
    }
  }
  if (unknown > 0) metrics.unknownAccountEvents.inc({ provider: providerKey }, unknown);
  return [...told.values()];
}
