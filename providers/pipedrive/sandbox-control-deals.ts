/** Verbs about deals and persons. `at` is in seconds since 1970; without it, now. */
import { z } from 'zod';
import type { ProviderSandbox } from '../contract.ts';
import { addDeals, log, moveTo, rename, setStatus, stepsOf } from './sandbox-deals.ts';
import { findCompany, nowS, type SandboxCompany, type SandboxDeal, type SandboxWorld } from './sandbox-state.ts';
import { rfc3339 } from './sandbox-wire.ts';

export const companyRef = z.strictObject({ companyId: z.int() });
const dealsInput = companyRef.extend({
  count: z.int().positive().max(200_000),
  movementsEach: z.int().nonnegative().default(2),
  overS: z.number().nonnegative().default(86_400),
});
const personsInput = companyRef.extend({
  count: z.int().positive().max(100_000),
  overS: z.number().nonnegative().default(86_400),
});
const at = z.int().optional();
const dealRef = companyRef.extend({ dealId: z.int(), at });
const closeInput = dealRef.extend({ closedAt: z.int().optional() });
const moveInput = dealRef.extend({ stageId: z.int() });
const mergeInput = companyRef.extend({ dealId: z.int(), intoId: z.int(), at });
const personInput = companyRef.extend({ personId: z.int(), name: z.string().optional(), at });

export function dealVerbs(world: SandboxWorld): ProviderSandbox['control'] {
  const find = (input: { companyId: number; dealId: number; at?: number | undefined }) => {
    const company = findCompany(world, input.companyId);
    const deal = company.deals.get(input.dealId);
    if (!deal) throw new Error(`There is no deal ${input.dealId}.`);
    return { company, deal, at: input.at ?? nowS() };
  };
  const close = (status: SandboxDeal['status']) => (input: unknown) => {
    const given = closeInput.parse(input);
    const found = find(given);
    setStatus(found.deal, status, found.at, given.closedAt);
  };
  const flag = (name: 'isDeleted' | 'isArchived', value: boolean) => (input: unknown) => {
    const found = find(dealRef.parse(input));
    found.deal[name] = value;
    log(found.deal, name === 'isDeleted' ? 'deleted' : 'is_archived', String(!value), String(value), found.at);
  };
  return {
    createDeals(input) {
      const { companyId, ...given } = dealsInput.parse(input);
      return { dealIds: addDeals(findCompany(world, companyId), given) };
    },
    moveDeal(input) {
      const given = moveInput.parse(input);
      const found = find(given);
      moveTo(found.company, found.deal, given.stageId, found.at);
    },
    winDeal: close('won'),
    loseDeal: close('lost'),
    reopenDeal: close('open'),
    updateDeal(input) {
      const { deal, at: time } = find(dealRef.parse(input));
      rename(deal, `${deal.title.replace(/ \(.*/, '')} (${deal.changes.length})`, time);
    },
    deleteDeal: flag('isDeleted', true),
    restoreDeal: flag('isDeleted', false),
    archiveDeal: flag('isArchived', true),
    unarchiveDeal: flag('isArchived', false),
    /** `dealId` is taken in by `intoId` and is deleted. https://developers.pipedrive.com/docs/api/v1/Deals#mergeDeals */
    mergeDeals(input) {
      const { companyId, dealId, intoId, at: given } = mergeInput.parse(input);
      const [merged, stays] = [dealId, intoId].map((id) => find({ companyId, dealId: id, at: given }));
      merged!.deal.isDeleted = true;
      log(merged!.deal, 'deleted', 'false', 'true', merged!.at);
      rename(stays!.deal, `${stays!.deal.title} and ${merged!.deal.title}`, stays!.at);
    },
    /** As if it had last been touched then. */
    backdateDeal(input) {
      const { deal, at: time } = find(dealRef.parse(input));
      Object.assign(deal, { addedAt: time, updatedAt: time, changes: deal.changes.map((change) => ({ ...change, at: time })) });
    },
    /** Out of the trash, after thirty days. */
    purgeDeal(input) {
      const { company, deal } = find(dealRef.parse(input));
      company.deals.delete(deal.id);
    },
    createPersons(input) {
      const { companyId, count, overS } = personsInput.parse(input);
      return { personIds: addPersons(findCompany(world, companyId), count, overS) };
    },
    updatePerson(input) {
      const { companyId, personId, name, at: given } = personInput.parse(input);
      const person = findCompany(world, companyId).persons.get(personId);
      if (!person) throw new Error(`There is no person ${personId}.`);
      if (name !== undefined) person.name = name;
      person.updatedAt = Math.max(given ?? nowS(), person.updatedAt);
    },
    /** Nothing is known of them but the name. */
    emptyPerson(input) {
      const { companyId, personId } = personInput.parse(input);
      const person = findCompany(world, companyId).persons.get(personId);
      if (person) Object.assign(person, { emails: [], phones: [], orgId: null });
    },
    deletePerson(input) {
      const { companyId, personId } = personInput.parse(input);
      const person = findCompany(world, companyId).persons.get(personId);
      if (person) person.isDeleted = true;
    },
    /** What is true now: by id, when each record that is there was last changed; and every step of those deals, as `id time stage`. */
    truth(input) {
      const { deals, persons } = findCompany(world, companyRef.parse(input).companyId);
      const byId = (records: Iterable<{ id: number; updatedAt: number; isDeleted: boolean }>) =>
        Object.fromEntries(
          [...records].filter(({ isDeleted }) => !isDeleted).map(({ id, updatedAt }) => [id, rfc3339(updatedAt)]),
        );
      const present = [...deals.values()].filter(({ isDeleted }) => !isDeleted);
      return { deals: byId(deals.values()), persons: byId(persons.values()), movements: present.flatMap(stepsOf) };
    },
  };
}

function addPersons(company: SandboxCompany, count: number, overS: number): number[] {
  const now = nowS();
  const organization = { id: company.organizations.length + 1, name: `Organisation ${company.organizations.length + 1}` };
  company.organizations.push(organization);
  return Array.from({ length: count }, (_, place) => {
    const id = company.persons.size + 1;
    const updatedAt = now - Math.floor((overS * (count - 1 - place)) / count);
    company.persons.set(id, {
      id,
      name: `Person ${id}`,
      emails: [
        { value: `person${id}@home.example`, primary: false, label: 'home' },
        { value: `person${id}@work.example`, primary: true, label: 'work' },
      ],
      phones: id % 3 === 0 ? [] : [{ value: `+3725550${String(id).padStart(4, '0')}`, primary: true, label: 'work' }],
      orgId: id % 2 === 0 ? organization.id : null,
      isDeleted: false,
      isArchived: false,
      addedAt: updatedAt,
      updatedAt,
    });
    return id;
  });
}
