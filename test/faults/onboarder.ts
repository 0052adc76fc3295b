/** A person who takes a connection through its onboarding over HTTP, and comes again while nobody answers. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OnboardingProgress } from '../../workflows/messages.ts';
import { createCompany, quickPolicy } from '../harness/scene.ts';
import { createTwilioAccount, type TwilioAccount } from '../harness/twilio-account.ts';
import { until } from '../harness/until.ts';
import type { Lab } from './lab.ts';

export interface Onboarder {
  companyId: string;
  /** Empty until the connection is known. */
  connectionId: string;
  account: TwilioAccount;
  key: string;
}

interface Answer {
  status: number;
  body: { id?: string; error?: { message: string } };
}

/** The steps as the routes name them, in order. */
export const steps = ['access', 'records', 'mapping', 'test-run', 'baseline', 'launch'] as const;
export type Step = (typeof steps)[number];

const insistForMs = 240_000;

export async function createOnboarder(lab: Lab): Promise<Onboarder> {
  const { companyId } = await createCompany(lab);
  const account = await createTwilioAccount(lab, { messages: 20 });
  const { key } = await lab.app.apiKeys.create({ companyId, role: 'company_admin', label: 'faults' }, { actor: 'test' });
  return { companyId, connectionId: '', account, key };
}

/** Asks once. `null`: nobody answered. */
export async function ask({ url }: Lab, { key }: Onboarder, path: string, body?: unknown): Promise<Answer | null> {
  try {
    const answer = await fetch(`${url}/v1${path}`, {
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(90_000),
    });
    return { status: answer.status, body: (await answer.json()) as Answer['body'] };
  } catch {
    return null;
  }
}

/** Asks until somebody has answered for good: neither nobody, nor "not now". */
export async function insist(lab: Lab, person: Onboarder, path: string, body?: unknown): Promise<Answer> {
  const deadline = Date.now() + insistForMs;
  for (;;) {
    const answer = await ask(lab, person, path, body);
    if (answer && answer.status < 500) return answer;
    if (Date.now() > deadline) throw new Error(`${path} was not answered within ${insistForMs / 1_000} s.`);
    await sleep(500);
  }
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

/** Confirms these steps; throws with the reason of the one that is refused. */
export async function confirm(lab: Lab, person: Onboarder, some: readonly Step[]): Promise<void> {
  for (const step of some) {
    const path = `/connections/${person.connectionId}/onboarding/${step}`;
    const { status, body } = await insist(lab, person, path, bodyOf(step, person));
    if (status !== 200)
      throw new Error(`The step "${step}" of ${person.connectionId} was answered ${status}: ${body.error?.message}`);
  }
}

/** The connection that stands in the company's list: an answer that was lost did not tell its id. */
export async function findConnection(lab: Lab, person: Onboarder): Promise<void> {
  const { body } = await insist(lab, person, `/companies/${person.companyId}/connections`);
  person.connectionId = (body as { items: { id: string }[] }).items[0]?.id ?? '';
}

/** How many steps are confirmed, as a person sees it. */
export async function confirmedSteps(lab: Lab, person: Onboarder): Promise<number> {
  const read = () => insist(lab, person, `/connections/${person.connectionId}/onboarding`);
  const { body } = await until(read, ({ status }) => status === 200, 60_000);
  return (body as unknown as OnboardingProgress).confirmed.length;
}
