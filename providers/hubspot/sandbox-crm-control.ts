/** The control verbs for records: what people do in a HubSpot account. */
import { z } from 'zod';
import type { ProviderSandbox } from '../contract.ts';
import { crmOf, merge, newRecord, objectTypes, setProperties, tell as tellOf, type SandboxObject } from './sandbox-crm.ts';
import { isLive, type SandboxRecord } from './sandbox-records.ts';
import type { SandboxWorld } from './sandbox-state.ts';

const portalRef = { portalId: z.int() };
/** The time of the change; HubSpot's own now when absent. */
const at = z.iso
  .datetime()
  .transform((text) => Date.parse(text))
  .optional();
const recordRef = z.strictObject({ ...portalRef, id: z.int(), at });
const createInput = z.strictObject({
  ...portalRef,
  properties: z.record(z.string(), z.string()).default({}),
  contacts: z.array(z.int()).default([]),
  at,
});
const updateInput = recordRef.extend({ properties: z.record(z.string(), z.string()) });
const moveInput = recordRef.extend({ stage: z.string(), userId: z.int().nullable().default(41_629_779) });
const pipelineInput = moveInput.extend({ pipelineId: z.string() });
const ownerInput = z.strictObject({
  ...portalRef,
  id: z.string(),
  firstName: z.string().default(''),
  lastName: z.string().default(''),
  email: z.string().default('owner@example.com'),
});
const mergeInput = z.strictObject({ ...portalRef, primaryId: z.int(), mergedId: z.int() });

export function crmVerbs(world: SandboxWorld): ProviderSandbox['control'] {
  const crm = (portalId: number) => crmOf(world, portalId);
  const tell = (portalId: number, event: Record<string, unknown>) => tellOf(crm(portalId), event);
  const change = (object: SandboxObject, input: z.infer<typeof updateInput>, userId: number | null = null) => {
    const records = crm(input.portalId)[object];
    const { at: atMs, id, properties } = input;
    setProperties(records, records.get(id), { properties, userId, ...(atMs !== undefined && { atMs }) });
    for (const [propertyName, propertyValue] of Object.entries(properties))
      tell(input.portalId, {
        subscriptionType: `${single[object]}.propertyChange`,
        objectId: id,
        propertyName,
        propertyValue,
      });
  };
  return {
    ...Object.fromEntries(objectTypes.flatMap((object) => Object.entries(verbsOf(object)))),
    moveDeal(input) {
      const { stage, userId, ...rest } = moveInput.parse(input);
      change('deals', { ...rest, properties: { dealstage: stage } }, userId);
    },
    moveToPipeline(input) {
      const { stage, pipelineId, userId, ...rest } = pipelineInput.parse(input);
      change('deals', { ...rest, properties: { pipeline: pipelineId, dealstage: stage } }, userId);
    },
    /** HubSpot forgets the oldest versions of a property. */
    pruneHistory(input) {
      const { portalId, id, keep } = z.strictObject({ ...portalRef, id: z.int(), keep: z.int().positive() }).parse(input);
      const record = crm(portalId).deals.get(id);
      record.stages = record.stages.slice(-keep);
    },
    /** Live records by id, with the time of their last change. */
    modified(input) {
      const { portalId, object } = z.strictObject({ ...portalRef, object: z.enum(objectTypes) }).parse(input);
      const live = [...crm(portalId)[object].byId.values()].filter(isLive);
      return Object.fromEntries(live.map(({ id, modifiedAtMs }) => [id, new Date(modifiedAtMs).toISOString()]));
    },
    /** Every step of the live deals, as `<deal>:<time>:<stage>`. */
    steps(input) {
      const { portalId } = z.strictObject(portalRef).parse(input);
      const live = [...crm(portalId).deals.byId.values()].filter(isLive);
      return live.flatMap(({ id, stages }) => stages.map(({ value, atMs }) => `${id}:${new Date(atMs).toISOString()}:${value}`));
    },
    /** Somebody joins. */
    createOwner(input) {
      const { portalId, ...owner } = ownerInput.parse(input);
      crm(portalId).owners.push({ ...owner, archived: false });
    },
    /** Somebody leaves: their deals still name them. */
    archiveOwner(input) {
      const { portalId, id } = ownerInput.pick({ portalId: true, id: true }).parse(input);
      for (const owner of crm(portalId).owners) if (owner.id === id) owner.archived = true;
    },
    /** The next calls are refused by this policy. */
    limit(input) {
      const { portalId, ...refusals } = z
        .strictObject({
          ...portalRef,
          policyName: z.enum(['SECONDLY', 'TEN_SECONDLY_ROLLING', 'DAILY']),
          times: z.int().positive().default(1),
          retryAfterS: z.int().optional(),
        })
        .parse(input);
      crm(portalId).refusals = refusals;
    },
  };

  function verbsOf(object: SandboxObject): ProviderSandbox['control'] {
    const [name, Name] = [single[object], { deals: 'Deal', contacts: 'Contact' }[object]];
    const records = (portalId: number) => crm(portalId)[object];
    return {
      [`create${Name}`](input) {
        const { portalId, at: createdAtMs, ...given } = createInput.parse(input);
        const record = newRecord(crm(portalId), object, { ...given, ...(createdAtMs !== undefined && { createdAtMs }) });
        records(portalId).addAll([record]);
        tell(portalId, { subscriptionType: `${name}.creation`, objectId: record.id });
        return { id: record.id };
      },
      [`update${Name}`]: (input) => change(object, updateInput.parse(input)),
      [`delete${Name}`](input) {
        const { portalId, id, at: atMs = Date.now() } = recordRef.parse(input);
        records(portalId).change(records(portalId).get(id), (record) => (record.archivedAtMs = atMs));
        tell(portalId, { subscriptionType: `${name}.deletion`, objectId: id });
      },
      [`restore${Name}`](input) {
        const { portalId, id, at: atMs = Date.now() } = recordRef.parse(input);
        records(portalId).change(records(portalId).get(id), (record) =>
          Object.assign(record, { archivedAtMs: null, modifiedAtMs: atMs } satisfies Partial<SandboxRecord>),
        );
        tell(portalId, { subscriptionType: `${name}.restore`, objectId: id });
      },
      [`merge${Name}s`](input) {
        const { portalId, primaryId, mergedId } = mergeInput.parse(input);
        const { id } = merge(crm(portalId), object, primaryId, mergedId);
        tell(portalId, {
          subscriptionType: `${name}.merge`,
          objectId: id,
          primaryObjectId: primaryId,
          mergedObjectIds: [mergedId],
          newObjectId: id,
          numberOfPropertiesMoved: 1,
        });
        return { id };
      },
    };
  }
}

const single = { deals: 'deal', contacts: 'contact' } as const satisfies Record<SandboxObject, string>;
