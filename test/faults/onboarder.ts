/** A person who takes a connection through its onboarding over HTTP, and comes again while nobody answers. */
import type { OnboardingProgress } from '../../workflows/messages.ts';
import { createCompany, quickPolicy } from '../harness/scene.ts';
import { createTwilioAccount, type TwilioAccount } from '../harness/twilio-account.ts';
import { until } from '../harness/until.ts';
import type { Lab } from './lab.ts';
import { ask, createPerson, insist, type Answer, type Person } from './person.ts';

export interface Onboarder extends Person {
  companyId: string;
  /** Empty until the connection is known. */
  connectionId: string;
  account: TwilioAccount;
}

/** The steps as the routes name them, in order. */
export const steps = ['access', 'records', 'mapping', 'test-run', 'baseline', 'launch'] as const;
export type Step = (typeof steps)[number];

export async function createOnboarder(lab: Lab): Promise<Onboarder> {
  const { companyId } = await createCompany(lab);
  const account = await createTwilioAccount(lab, { messages: 20 });
  const { key } = await createPerson(lab, companyId, 'company_admin');
  return { companyId, connectionId: '', account, key };
}

export const begin = (lab: Lab, person: Onboarder) =>
  ask(lab, person, `/companies/${person.companyId}/connections`, {
    providerKey: 'twilio',
    purpose: 'messaging',
    label: 'Twilio of Sample Plumbing',
    reason: 'Appointment reminders',
    policy: quickPolicy,
  });

const bodyOf = (step: Step, { account: { accountSid, authToken } }: Onboarder) =>
  step === 'access'
    ? { credentials: { kind: 'basic', values: { accountSid, authToken } } }
    : step === 'baseline'
      ? { nextAction: 'Nothing for you to do.', explanation: 'Reminders reach your customers by text.' }
      : {};

/** Tries a step once. */
export const take = (lab: Lab, person: Onboarder, step: Step) =>
  ask(lab, person, `/connections/${person.connectionId}/onboarding/${step}`, bodyOf(step, person));

/** A new connection, with its steps up to `next` confirmed; `next` is the one to be taken. Without it, all six are. */
export async function bringTo(lab: Lab, person: Onboarder, next?: Step): Promise<void> {
  person.connectionId = (await begin(lab, person))?.body.id ?? '';
  await confirm(lab, person, steps.slice(0, next ? steps.indexOf(next) : steps.length));
}

/**
 * Confirms these steps; throws with the reason of the one that is refused. Somebody who is `stubborn` tries a step again that was
 * refused, as one does who was told that the provider is down.
 */
export async function confirm(lab: Lab, person: Onboarder, some: readonly Step[], how?: 'stubborn'): Promise<void> {
  for (const step of some) {
    const path = `/connections/${person.connectionId}/onboarding/${step}`;
    const options = how === 'stubborn' ? { isForGood: ({ status }: Answer) => status === 200 } : {};
    const { status, body } = await insist(lab, person, path, bodyOf(step, person), options);
    if (status !== 200)
      throw new Error(`The step "${step}" of ${person.connectionId} was answered ${status}: ${body.error?.message}`);
  }
}

/** The connection that stands in the company's list: an answer that was lost did not tell its id. */
export async function findConnection(lab: Lab, person: Onboarder): Promise<void> {
  const { body } = await insist<{ items: { id: string }[] }>(lab, person, `/companies/${person.companyId}/connections`);
  person.connectionId = body.items[0]?.id ?? '';
}

/** How many steps are confirmed, as a person sees it. */
export async function confirmedSteps(lab: Lab, person: Onboarder): Promise<number> {
  const read = () => insist<OnboardingProgress>(lab, person, `/connections/${person.connectionId}/onboarding`);
  const { body } = await until(read, ({ status }) => status === 200, 60_000);
  return body.confirmed.length;
}
