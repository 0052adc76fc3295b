/** Accounts and numbers in the Twilio sandbox. */
import type { RunningSandbox } from '../../sandbox/server.ts';

/** What a scene needs of the sandbox, in this process or in another. */
export type SandboxControl = Pick<RunningSandbox, 'url' | 'control'>;

/** An account in the sandbox. */
export interface TwilioAccount {
  accountSid: string;
  authToken: string;
  number: string;
}

/** A Twilio account of its own, with `messages` in its past. */
export async function createTwilioAccount(
  { sandbox, canaries }: { sandbox: SandboxControl; canaries: Set<string> },
  { messages = 0, messageDays = 29, ...more }: { messages?: number; messageDays?: number; [option: string]: unknown } = {},
): Promise<TwilioAccount> {
  const number = freshNumber();
  const { sid, authToken } = await sandbox.control<{ sid: string; authToken: string }>('twilio', 'createAccount', {
    ...more,
    numbers: [{ phoneNumber: number }],
    messages,
    messageDays,
  });
  canaries.add(authToken).add(number);
  return { accountSid: sid, authToken, number };
}

let numbers = 0;
/** A phone number that nobody else in this test file has. */
export function freshNumber(): string {
  numbers += 1;
  return `+1415${String(2_000_000 + (process.pid % 1000) * 5_000 + numbers)}`;
}
