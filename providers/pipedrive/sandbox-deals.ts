/** What people do with deals, and what Pipedrive's log then says. */
import { nowS, userId, type SandboxCompany, type SandboxDeal } from './sandbox-state.ts';

export interface NewDeals {
  count: number;
  /** Steps of each deal before now: forward through the first pipeline. */
  movementsEach: number;
  /** Seconds over which the deals' last changes lie, the newest now. */
  overS: number;
}

export function addDeals(company: SandboxCompany, { count, movementsEach, overS }: NewDeals): number[] {
  const now = nowS();
  const stageIds = company.stages.filter(({ pipelineId }) => pipelineId === 1).map(({ id }) => id);
  return Array.from({ length: count }, (_, place) => {
    const updatedAt = now - Math.floor((overS * (count - 1 - place)) / Math.max(1, count));
    const addedAt = updatedAt - movementsEach * 3_600;
    const deal = addDeal(company, { stageId: stageIds[0]!, at: addedAt });
    for (let moved = 1; moved <= movementsEach; moved += 1)
      moveTo(company, deal, stageIds[moved % stageIds.length]!, addedAt + moved * 3_600);
    return deal.id;
  });
}

export function addDeal(company: SandboxCompany, { stageId, at }: { stageId: number; at: number }): SandboxDeal {
  const id = company.deals.size + 1;
  const person = [...company.persons.values()][id % Math.max(1, company.persons.size)];
  const deal: SandboxDeal = {
    id,
    title: `Deal ${id}`,
    value: id * 100 + 0.5,
    currency: 'EUR',
    personId: person?.id ?? null,
    orgId: person?.orgId ?? null,
    ownerId: userId,
    stageId,
    status: 'open',
    expectedCloseDate: new Date((at + 30 * 86_400) * 1_000).toISOString().slice(0, 10),
    isDeleted: false,
    isArchived: false,
    addedAt: at,
    updatedAt: at,
    stageChangedAt: null,
    wonAt: null,
    lostAt: null,
    changes: [],
    steps: [{ at, stage: String(stageId) }],
  };
  log(deal, 'add_time', null, String(at), at);
  company.deals.set(id, deal);
  return deal;
}

/** To a stage of any pipeline. */
export function moveTo(company: SandboxCompany, deal: SandboxDeal, stageId: number, at: number): void {
  if (stageId === deal.stageId) return;
  const pipelineOf = (id: number) => company.stages.find((stage) => stage.id === id)?.pipelineId;
  const [before, after] = [pipelineOf(deal.stageId), pipelineOf(stageId)];
  if (after === undefined) throw new Error(`There is no stage ${stageId}.`);
  if (before !== after) log(deal, 'pipeline_id', String(before), String(after), at);
  log(deal, 'stage_id', String(deal.stageId), String(stageId), at);
  deal.stageId = stageId;
  deal.stageChangedAt = at;
  step(deal, at);
}

/** A closing time may be set by hand (`closedAt`); reopening forgets it. */
export function setStatus(deal: SandboxDeal, status: SandboxDeal['status'], at: number, closedAt = at): void {
  if (status === deal.status) return;
  log(deal, 'status', deal.status, status, at);
  deal.status = status;
  deal.wonAt = status === 'won' ? closedAt : null;
  deal.lostAt = status === 'lost' ? closedAt : null;
  step(deal, at);
}

function step(deal: SandboxDeal, at: number): void {
  const stage = deal.status === 'open' ? String(deal.stageId) : deal.status;
  if (deal.steps.at(-1)!.stage !== stage) deal.steps.push({ at, stage });
}

/** Each as `id time stage`, once. */
export function stepsOf({ id, steps }: SandboxDeal): string[] {
  return [...new Set(steps.map(({ at, stage }) => `${id} ${new Date(at * 1_000).toISOString()} ${stage}`))];
}

export function rename(deal: SandboxDeal, title: string, at: number): void {
  log(deal, 'title', deal.title, title, at);
  deal.title = title;
}

export function log(deal: SandboxDeal, field: string, before: string | null, after: string | null, at: number): void {
  deal.changes.push({ field_key: field, old_value: before, new_value: after, at });
  deal.updatedAt = Math.max(at, deal.updatedAt);
}
