/** Scenes that most engine tests begin with: a company with its people, and a Twilio connection taken through all six steps. */
import type { WorkflowHandle } from '@temporalio/client';
import type { PolicyOverrides } from '../../domain/policy.ts';
import { attributesOf, taskQueues, workflowIds } from '../../domain/workflow-ids.ts';
import {
  confirmAccessUpdate,
  confirmBaselineUpdate,
  createRecordsUpdate,
  launchUpdate,
  mapFieldsUpdate,
  testRunUpdate,
  type StepAnswer,
} from '../../workflows/messages.ts';
import type { User } from '../../db/app/stores/users.ts';
import type { OnboardingStep } from '../../domain/onboarding.ts';
import type { Engine } from './engine.ts';
import { createTwilioAccount, freshNumber, type SandboxControl, type TwilioAccount } from './twilio-account.ts';

/** Where scenes are set: an engine in this process, or a stack of processes. */
export type Stage = Pick<Engine, 'app' | 'client' | 'canaries'> & { sandbox: SandboxControl };

export interface Company {
  companyId: string;
  owner: User & { phone: string };
  admin: User & { phone: string };
}

export interface ConnectionRef {
  connectionId: string;
  companyId: string;
  providerKey: 'twilio';
}

/** A connection whose onboarding has begun. */
export interface Started extends ConnectionRef {
  company: Company;
  account: TwilioAccount;
  onboarding: WorkflowHandle;
}

/** A launched connection. */
export interface Launched extends Started {
  connector: WorkflowHandle;
}

export interface ConnectionOptions {
  /** Messages in the account's past, and over how many days. */
  messages?: number;
  messageDays?: number;
  policy?: PolicyOverrides;
  company?: Company;
  account?: TwilioAccount;
}

/** Everything short; Schedules a month and retries an hour apart, so that neither comes into a test by itself. */
export const quickPolicy = {
  retry: { initialMs: 50, factor: 2, maxMs: 500, attemptsMax: 3 },
  retryLadderMs: Array.from({ length: 6 }, () => 3_600_000),
  ladder: [
    { position: 1, tell: 'owner', channel: 'sms', acknowledgeWithinMs: 60_000 },
    { position: 2, tell: 'company_admin', channel: 'sms', acknowledgeWithinMs: 60_000 },
  ],
  flapping: { reopenWithinMs: 0 },
  cadenceS: { messages: 2_592_000, usage: 2_592_000 },
  delivery: { statusWithinMs: 5_000, lookAfterMs: 300, fallbackWithinMs: 1, quietHours: null },
} satisfies PolicyOverrides;

export async function createCompany({ app, canaries }: Stage, { timeZone = 'UTC' } = {}): Promise<Company> {
  const audit = { actor: 'test' };
  const { id: companyId } = await app.companies.create({ name: 'Sample Plumbing', timeZone }, audit);
  const person = async (name: string, role: 'operator' | 'company_admin') => {
    const phone = freshNumber();
    canaries.add(phone);
    const user = await app.users.create({ companyId, name, email: `${name}.${companyId}@example.com`, phone, role }, audit);
    return { ...user, phone };
  };
  return { companyId, owner: await person('owner', 'operator'), admin: await person('admin', 'company_admin') };
}

/** The rows and the workflow that `POST /connections` makes, with the account's true credentials staged. */
export async function beginOnboarding(engine: Stage, options: ConnectionOptions = {}): Promise<Started> {
  const company = options.company ?? (await createCompany(engine));
  const { messages = 3, messageDays = 29 } = options;
  const account = options.account ?? (await createTwilioAccount(engine, { messages, messageDays }));
  const { companyId, owner } = company;
  const connection = await engine.app.connections.create(
    {
      companyId,
      providerKey: 'twilio',
      purpose: 'messaging',
      label: 'Twilio of Sample Plumbing',
      ownerUserId: owner.id,
      reason: 'Appointment reminders',
      settings: {},
      policy: { ...quickPolicy, ...options.policy },
    },
    { actor: 'test' },
  );
  const ref: ConnectionRef = { connectionId: connection.id, companyId, providerKey: 'twilio' };
  await stage(engine, ref, account);
  const onboarding = await engine.client.workflow.start('onboarding', {
    workflowId: workflowIds.onboarding(connection.id),
    taskQueue: taskQueues.lifecycle,
    args: [{ ...ref, startedBy: 'test' }],
    typedSearchAttributes: attributesOf(ref),
  });
  return { ...ref, company, account, onboarding };
}

/** Credentials as an admin enters them, not yet in force. */
export async function stage(
  { app }: Stage,
  { connectionId, companyId }: ConnectionRef,
  { accountSid, authToken }: Pick<TwilioAccount, 'accountSid' | 'authToken'>,
): Promise<string> {
  const values = { accountSid, authToken };
  const { tokenId } = await app.credentials.stage({ connectionId, companyId, kind: 'basic', values }, { actor: 'test' });
  return tokenId;
}

export const baselineWords = { nextAction: 'Nothing for you to do.', explanation: 'Reminders reach your customers by text.' };

/** Confirms one step in the name of `by`. */
export function confirmStep(
  { onboarding }: Pick<Started, 'onboarding'>,
  step: OnboardingStep,
  by = 'user_admin',
): Promise<StepAnswer> {
  const args: [{ by: string }] = [{ by }];
  switch (step) {
    case 'access':
      return onboarding.executeUpdate(confirmAccessUpdate, { args });
    case 'records':
      return onboarding.executeUpdate(createRecordsUpdate, { args });
    case 'mapping':
      return onboarding.executeUpdate(mapFieldsUpdate, { args });
    case 'test_run':
      return onboarding.executeUpdate(testRunUpdate, { args });
    case 'baseline':
      return onboarding.executeUpdate(confirmBaselineUpdate, { args: [{ by, ...baselineWords }] });
    case 'launch':
      return onboarding.executeUpdate(launchUpdate, { args });
  }
}

/** Confirms steps up to and with `last`; throws when one is not accepted. */
export async function confirmSteps(started: Started, steps: readonly OnboardingStep[]): Promise<void> {
  for (const step of steps) {
    const answer = await confirmStep(started, step);
    if (answer.verdict !== 'accepted') throw new Error(`The step "${step}" was not accepted: ${JSON.stringify(answer)}`);
  }
}

/** A connection that delivers. */
export async function connect(engine: Stage, options: ConnectionOptions = {}): Promise<Launched> {
  const started = await beginOnboarding(engine, options);
  await confirmSteps(started, ['access', 'records', 'mapping', 'test_run', 'baseline', 'launch']);
  await started.onboarding.result();
  return { ...started, connector: engine.client.workflow.getHandle(workflowIds.connector(started.connectionId)) };
}

/** Makes the sandbox misbehave for this account alone. `path` is what follows the account in the URL. */
export function breakTwilio(
  { sandbox }: Stage,
  { account }: { account: TwilioAccount },
  path: string,
  fault: { kind: string; method?: string; times?: number; retryAfterS?: number; ms?: number },
): Promise<unknown> {
  const { method, ...rest } = fault;
  const match = { path: `/Accounts/${account.accountSid}${path}`, ...(method && { method }) };
  return sandbox.control('twilio', 'fault', { ...rest, match });
}

/** The next run of messages is under way for some seconds: its first two calls come to no answer in time, and the third does. */
export const holdUpRun = (engine: Stage, of: { account: TwilioAccount }): Promise<unknown> =>
  breakTwilio(engine, of, '/Messages.json', { kind: 'delay', ms: 2_000, times: 2 });

/** What was asked of the sandbox for this account, oldest first. */
export async function askedOf({ sandbox }: Stage, { account }: { account: TwilioAccount }, path = ''): Promise<AskedRequest[]> {
  const requests = await sandbox.control<AskedRequest[]>('twilio', 'requests');
  return requests.filter((request) => request.path.includes(`/Accounts/${account.accountSid}${path}`));
}
export interface AskedRequest {
  at: string;
  method: string;
  path: string;
  query: Record<string, string>;
  fault: string | null;
}

/** `count` connections, launched side by side because each takes a second or two: `next()` hands out one that no test has had. */
export async function connectAhead(engine: Stage, count: number, options: ConnectionOptions = {}): Promise<{ next(): Launched }> {
  const ready = await Promise.all(Array.from({ length: count }, () => connect(engine, options)));
  return {
    next() {
      const launched = ready.pop();
      if (!launched) throw new Error(`More than ${count} connections are needed: ask for more ahead.`);
      return launched;
    },
  };
}
