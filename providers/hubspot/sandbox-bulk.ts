/** Control verbs that fill an account quickly: a hundred thousand deals are made in about a second. */
import { z } from 'zod';
import type { ProviderSandbox } from '../contract.ts';
import { crmOf, newRecord, type SandboxCrm } from './sandbox-crm.ts';
import type { SandboxRecord, SandboxVersion } from './sandbox-records.ts';
import type { SandboxWorld } from './sandbox-state.ts';

const dayMs = 86_400_000;
const bulkInput = z.strictObject({
  portalId: z.int(),
  count: z.int().positive().max(200_000),
  /** Days over which they were last changed, evenly; 0 is one and the same millisecond. */
  days: z.number().nonnegative().default(90),
  /** When the last of them was changed. */
  until: z.iso
    .datetime()
    .transform((text) => Date.parse(text))
    .optional(),
});
const dealsInput = bulkInput.extend({
  /** Stages that each has been in, the first included. */
  movementsEach: z.int().min(1).max(20).default(3),
  currency: z.string().nullable().default('USD'),
});

export function bulkVerbs(world: SandboxWorld): ProviderSandbox['control'] {
  return {
    /** Ids count up from `firstId`. */
    createDeals(input) {
      const { movementsEach, currency, ...bulk } = dealsInput.parse(input);
      const crm = crmOf(world, bulk.portalId);
      const { deals, contacts } = crm;
      const contactIds = [...contacts.byId.keys()];
      const made = timesOf(bulk).map((modifiedAtMs, index) => {
        const stages = walk(crm, { index, movementsEach, modifiedAtMs });
        const properties: Record<string, string> = {
          dealname: `Deal ${index + 1}`,
          dealstage: stages.at(-1)!.value,
          pipeline: 'default',
          amount: `${1_000 + (index % 900)}.50`,
          closedate: new Date(modifiedAtMs + 30 * dayMs).toISOString(),
          hubspot_owner_id: '41629779',
        };
        if (currency !== null) properties['deal_currency_code'] = currency;
        const contact = contactIds[index % contactIds.length];
        return newRecord(crm, 'deals', {
          createdAtMs: stages[0]!.atMs,
          modifiedAtMs,
          properties,
          stages,
          contacts: contact === undefined ? [] : [contact],
        });
      });
      deals.addAll(made);
      return summary(made);
    },
    createContacts(input) {
      const bulk = bulkInput.parse(input);
      const crm = crmOf(world, bulk.portalId);
      const made = timesOf(bulk).map((modifiedAtMs, index) =>
        newRecord(crm, 'contacts', {
          createdAtMs: modifiedAtMs,
          modifiedAtMs,
          properties: {
            firstname: 'Robin',
            lastname: `Example ${index + 1}`,
            email: `robin.${index + 1}@example.com`,
            phone: `+1415555${String(index % 10_000).padStart(4, '0')}`,
            company: 'Example Plumbing',
          },
        }),
      );
      crm.contacts.addAll(made);
      return summary(made);
    },
  };
}

const summary = (made: SandboxRecord[]) => ({ firstId: made[0]!.id, count: made.length });

function timesOf({ count, days, until = Date.now() - 60_000 }: z.infer<typeof bulkInput>): number[] {
  const stepMs = (days * dayMs) / count;
  return Array.from({ length: count }, (_, index) => Math.round(until - (count - 1 - index) * stepMs));
}

/** A day in each stage; every fifth deal ends as won and every fifth as lost. */
function walk(
  crm: SandboxCrm,
  { index, movementsEach, modifiedAtMs }: { index: number; movementsEach: number; modifiedAtMs: number },
): SandboxVersion[] {
  const { stages } = crm.pipelines[0]!;
  const open = stages.filter(({ isClosed }) => !isClosed).map(({ id }) => id);
  return Array.from({ length: movementsEach }, (_, step) => {
    const isLast = step > 0 && step === movementsEach - 1;
    const closed = isLast ? { 0: 'closedwon', 1: 'closedlost' }[index % 5] : undefined;
    return {
      value: closed ?? open[step % open.length]!,
      atMs: modifiedAtMs - (movementsEach - 1 - step) * dayMs,
      userId: step === 0 ? null : 41_629_779,
    };
  });
}
