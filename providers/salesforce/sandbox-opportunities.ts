/** Opportunities as Salesforce keeps them: each change of stage, amount or close date leaves a row of history. */
import { newId, type SandboxOpportunity, type SandboxOrg, type SandboxWorld } from './sandbox-state.ts';

/** `at` in milliseconds, `by` the id of a user. */
interface Made {
  by: string;
  at: number;
}
type Given = Pick<SandboxOpportunity, 'name' | 'stage' | 'amount' | 'closeDate' | 'ownerId' | 'contactId' | 'currency'> & Made;

export function addOpportunity(world: SandboxWorld, org: SandboxOrg, { by, at, ...given }: Given): SandboxOpportunity {
  const { name, stage, amount, closeDate, ownerId, contactId, currency } = given;
  const fields = { name, stage, amount, closeDate, ownerId, contactId, currency };
  requireStage(org, stage);
  const made = { ...fields, id: newId(world, '006'), createdAt: at, changedAt: at, isDeleted: false };
  org.opportunities.set(made.id, made);
  addStep(world, org, made, { by, at });
  return made;
}

interface Change extends Made {
  name?: string | undefined;
  stage?: string | undefined;
  amount?: number | null | undefined;
  closeDate?: string | undefined;
  ownerId?: string | undefined;
  currency?: string | undefined;
}

/** A change of stage, amount or close date makes a row of history; of anything else it does not. */
export function changeOpportunity(
  world: SandboxWorld,
  org: SandboxOrg,
  record: SandboxOpportunity,
  { by, at, ...change }: Change,
): void {
  if (change.stage !== undefined) requireStage(org, change.stage);
  const before = { ...record };
  for (const [name, value] of Object.entries(change)) if (value !== undefined) Object.assign(record, { [name]: value });
  record.changedAt = at;
  if (before.stage !== record.stage || before.amount !== record.amount || before.closeDate !== record.closeDate)
    addStep(world, org, record, { by, at });
}

function addStep(
  world: SandboxWorld,
  org: SandboxOrg,
  { id, stage, amount, closeDate }: SandboxOpportunity,
  { by, at }: Made,
): void {
  org.steps.push({ id: newId(world, '008'), opportunityId: id, stage, amount, closeDate, at, by });
}

function requireStage({ stages }: SandboxOrg, name: string): void {
  if (!stages.some(({ ApiName }) => ApiName === name)) throw new Error(`The org has no stage “${name}”.`);
}
