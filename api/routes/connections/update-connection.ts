import { z } from 'zod';
import { requireAsSeen } from '../../as-seen.ts';
import { route } from '../../route.ts';
import { factsInput } from './facts.ts';
import { requireOwner } from './owners.ts';
import { connectionDetailSchema, describeConnectionDetail } from './schema.ts';

export const updateConnection = route({
  method: 'patch',
  path: '/connections/:connectionId',
  permission: 'connection.settings',
  summary: 'Change a connection’s name, what it is for, why it is wanted, or its owner; what is not sent stays',
  body: z.strictObject({
    ...factsInput.partial().shape,
    was: factsInput
      .partial()
      .default({})
      .meta({ description: 'What stood there when it was changed: 409 where something else stands by now.' }),
  }),
  answer: connectionDetailSchema,
  refusals: [409],
  async handle({ deps, found, body: { was, ...sent }, caller, audit }) {
    const { id, companyId, label, purpose, reason, ownerUserId } = found.connection;
    const stands = { label, purpose, reason, ownerUserId };
    const facts = { ...stands, ...withoutAbsent(sent) };
    requireAsSeen({ stands, was, wanted: facts });
    if (facts.ownerUserId !== ownerUserId) await requireOwner(deps, companyId, facts.ownerUserId);
    await deps.stores.connections.saveFacts(id, { facts, seen: stands }, audit);
    return describeConnectionDetail(deps, caller, { ...found.connection, ...facts });
  },
});

/** Without the keys that zod leaves `undefined`. */
const withoutAbsent = <Sent extends object>(sent: Sent) =>
  Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Sent]: Exclude<Sent[Key], undefined>;
  };
