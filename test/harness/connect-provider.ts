/** A connection of any provider by credentials that a person enters, taken through all six steps. */
import { attributesOf, taskQueues, workflowIds } from '../../domain/workflow-ids.ts';
import { onboardingSteps } from '../../domain/onboarding.ts';
import { confirmStep, createCompany, quickPolicy, type Company, type Stage } from './scene.ts';

export interface Connected {
  connectionId: string;
  companyId: string;
  providerKey: string;
  company: Company;
}

interface Options {
  providerKey: string;
  /** One of the provider's auth kinds, and what is entered for it. */
  kind: string;
  values: Record<string, string>;
  company?: Company;
}

/** Seconds in a month: no scheduled run comes by itself. */
const never = 2_592_000;
const by = { actor: 'test' };

export async function connectProvider(stage: Stage, { providerKey, kind, values, ...options }: Options): Promise<Connected> {
  const company = options.company ?? (await createCompany(stage));
  const { companyId, owner } = company;
  for (const value of Object.values(values)) stage.canaries.add(value);
  const { id: connectionId } = await stage.app.connections.create(
    {
      companyId,
      providerKey,
      purpose: 'sales',
      label: `${providerKey} of Sample Plumbing`,
      ownerUserId: owner.id,
      reason: 'What moved in sales',
      settings: {},
      policy: { ...quickPolicy, cadenceS: { deals: never, contacts: never } },
    },
    by,
  );
  await stage.app.credentials.stage({ connectionId, companyId, kind, values }, by);
  const ref = { connectionId, companyId, providerKey };
  const onboarding = await stage.client.workflow.start('onboarding', {
    workflowId: workflowIds.onboarding(connectionId),
    taskQueue: taskQueues.lifecycle,
    args: [{ ...ref, startedBy: by.actor }],
    typedSearchAttributes: attributesOf(ref),
  });
  for (const step of onboardingSteps) {
    const answer = await confirmStep({ onboarding }, step);
    if (answer.verdict !== 'accepted') throw new Error(`The step "${step}" was not accepted: ${JSON.stringify(answer)}`);
  }
  await onboarding.result();
  return { ...ref, company };
}
