/** Control verbs about an org's opportunities and contacts. Times are ISO 8601, or now; the sandbox keeps whole seconds, as Salesforce does. */
import { z } from 'zod';
import type { ProviderSandbox } from '../contract.ts';
import { addOpportunity, changeOpportunity } from './sandbox-opportunities.ts';
import {
  newId,
  wholeSecond,
  type SandboxContact,
  type SandboxOpportunity,
  type SandboxOrg,
  type SandboxWorld,
} from './sandbox-state.ts';

const atInput = z.iso
  .datetime()
  .optional()
  .transform((text) => wholeSecond(text === undefined ? Date.now() : Date.parse(text)));
const opportunityInput = z.strictObject({
  orgId: z.string(),
  name: z.string().default('Opportunity'),
  stage: z.string().default('Prospecting'),
  amount: z.number().nullable().default(null),
  closeDate: z.iso.date().default('2027-01-31'),
  ownerId: z.string().default('005000000000001AAA'),
  contactId: z.string().nullable().default(null),
  currency: z.string().length(3).optional(),
  by: z.string().default('005000000000001AAA'),
  at: atInput,
});
const manyInput = z.strictObject({
  orgId: z.string(),
  count: z.int().positive().max(200_000),
  /** Steps that each has taken through the stages, beside the one that it began in. */
  movesEach: z.int().nonnegative().default(1),
  /** Seconds between one and the next; the newest is `newestAgoS` old. */
  apartS: z.int().nonnegative().default(60),
  newestAgoS: z.int().nonnegative().default(30),
});
const opportunityChange = z.strictObject({
  orgId: z.string(),
  id: z.string(),
  name: z.string().optional(),
  stage: z.string().optional(),
  amount: z.number().nullable().optional(),
  closeDate: z.iso.date().optional(),
  by: z.string().default('005000000000001AAA'),
  at: atInput,
});
const contactFields = {
  name: z.string(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  account: z.string().nullable(),
};
const contactInput = z.strictObject({
  orgId: z.string(),
  name: contactFields.name.default('Rose Gonzalez'),
  email: contactFields.email.default(null),
  phone: contactFields.phone.default(null),
  account: contactFields.account.default(null),
  at: atInput,
});
const contactChange = z.strictObject(contactFields).partial().extend({ orgId: z.string(), id: z.string(), at: atInput });
const idsInput = z.strictObject({ orgId: z.string(), ids: z.array(z.string()).min(1), at: atInput });
const mergeInput = idsInput.extend({ into: z.string() });

type Verbs = ProviderSandbox['control'];

export function recordVerbs(world: SandboxWorld, orgOf: (input: unknown) => SandboxOrg): Verbs {
  const recordOf = (org: SandboxOrg, id: string): SandboxOpportunity | SandboxContact => {
    const record = org.opportunities.get(id) ?? org.contacts.get(id);
    if (!record) throw new Error(`The org has no record ${id}.`);
    return record;
  };
  const mark = (isDeleted: boolean) => (input: unknown) => {
    const { ids, at } = idsInput.parse(input);
    for (const id of ids) Object.assign(recordOf(orgOf(input), id), { isDeleted, changedAt: at });
  };
  return {
    createOpportunity(input) {
      const given = opportunityInput.parse(input);
      const org = orgOf(given);
      return { id: addOpportunity(world, org, { ...given, currency: given.currency ?? org.currency }).id };
    },
    createOpportunities(input) {
      const { count, movesEach, apartS, newestAgoS, orgId } = manyInput.parse(input);
      const org = orgOf(input);
      const newest = wholeSecond(Date.now()) - newestAgoS * 1_000;
      for (let place = 0; place < count; place += 1) {
        const at = newest - (count - 1 - place) * apartS * 1_000;
        const given = opportunityInput.parse({ orgId, name: `Opportunity ${place}`, amount: 1_000 + place });
        const made = addOpportunity(world, org, { ...given, currency: org.currency, at: at - movesEach * 1_000 });
        for (let move = 1; move <= movesEach; move += 1) {
          const stage =
            org.stages[(org.stages.findIndex(({ ApiName }) => ApiName === made.stage) + 1 + (place % 2)) % org.stages.length]!;
          changeOpportunity(world, org, made, { stage: stage.ApiName, by: given.by, at: at - (movesEach - move) * 1_000 });
        }
      }
      return { count };
    },
    changeOpportunity(input) {
      const { id, orgId: _, ...change } = opportunityChange.parse(input);
      const org = orgOf(input);
      changeOpportunity(world, org, recordOf(org, id) as SandboxOpportunity, change);
    },
    createContact(input) {
      const { orgId: _, at, ...given } = contactInput.parse(input);
      const org = orgOf(input);
      const id = newId(world, '003');
      org.contacts.set(id, { ...given, id, createdAt: at, changedAt: at, isDeleted: false, mergedInto: null });
      return { id };
    },
    changeContact(input) {
      const { id, orgId: _, at, ...change } = contactChange.parse(input);
      Object.assign(recordOf(orgOf(input), id), change, { changedAt: at });
    },
    /** Into the recycle bin, and out of it. */
    deleteRecords: mark(true),
    restoreRecords: mark(false),
    /** Out of the recycle bin for good: no query finds them any more. */
    eraseRecords(input) {
      const org = orgOf(input);
      const { ids, at } = idsInput.parse(input);
      for (const id of ids) {
        org.erased.push({ object: org.opportunities.has(id) ? 'Opportunity' : 'Contact', id, at });
        for (const map of [org.opportunities, org.contacts]) map.delete(id);
      }
    },
    /** One contact takes the others in. */
    mergeContacts(input) {
      const { into, ids, at } = mergeInput.parse(input);
      const org = orgOf(input);
      Object.assign(recordOf(org, into), { changedAt: at });
      for (const id of ids) Object.assign(recordOf(org, id), { isDeleted: true, mergedInto: into, changedAt: at });
    },
    /** What is true in the org now. */
    truth(input) {
      const { opportunities, contacts, steps } = orgOf(input);
      const time = (ms: number) => new Date(ms).toISOString();
      const told = ({ changedAt, createdAt, ...record }: SandboxOpportunity | SandboxContact) => ({
        ...record,
        changedAt: time(changedAt),
        createdAt: time(createdAt),
      });
      return {
        opportunities: [...opportunities.values()].map((opportunity) => ({
          ...told(opportunity),
          steps: steps
            .filter(({ opportunityId }) => opportunityId === opportunity.id)
            .map(({ stage, at }) => ({ stage, at: time(at) })),
        })),
        contacts: [...contacts.values()].map(told),
      };
    },
  };
}
