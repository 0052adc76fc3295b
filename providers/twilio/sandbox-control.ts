/** The control verbs: how tests and the demonstration set Twilio's scene. */
import { z } from 'zod';
import { optIntent } from '../../domain/sms.ts';
import { inboundParams, statusParams, type Posted } from './sandbox-callbacks.ts';
import {
  nowOf,
  phoneNumberSid,
  randomSid,
  seedMessages,
  usualPlan,
  type SandboxAccount,
  type SandboxMessage,
} from './sandbox-state.ts';

export interface SandboxWorld {
  accounts: Map<string, SandboxAccount>;
  /** Everything that was posted to us, in order. */
  posted: Posted[];
  post(account: SandboxAccount, url: string, params: Record<string, string>): Promise<Posted>;
  /** Forgets everything and stops what is on its way. */
  reset(): void;
}

const planSchema = z.array(
  z.strictObject({ status: z.string(), delayMs: z.int().nonnegative().default(100), errorCode: z.int().optional() }),
);

const accountInput = z.strictObject({
  sid: z.string().default(() => randomSid('AC')),
  authToken: z.string().default(() => randomSid('')),
  friendlyName: z.string().default('Sandbox account'),
  status: z.enum(['active', 'suspended', 'closed']).default('active'),
  type: z.enum(['Full', 'Trial']).default('Full'),
  apiKeys: z.array(z.strictObject({ sid: z.string(), secret: z.string() })).default([]),
  numbers: z
    .array(z.strictObject({ phoneNumber: z.string(), label: z.string().optional(), smsUrl: z.string().default('') }))
    .default([]),
  services: z.array(z.strictObject({ sid: z.string().default(() => randomSid('MG')), label: z.string() })).default([]),
  /** How many messages the account has already had, and over how many days. */
  messages: z.int().nonnegative().max(200_000).default(0),
  messageDays: z.number().positive().default(29),
  callbacks: planSchema.default(usualPlan),
  deliverTo: z.string().nullable().default(null),
});
const callbacksInput = z.strictObject({ accountSid: z.string(), to: z.string().default('*'), plan: planSchema });
const inboundInput = z.strictObject({
  to: z.string(),
  from: z.string(),
  body: z.string(),
  url: z.string().optional(),
  optOutType: z.string().optional(),
});
const callbackInput = z.strictObject({
  messageSid: z.string(),
  status: z.string(),
  errorCode: z.int().optional(),
  url: z.string().optional(),
  times: z.int().positive().default(1),
});
const changesInput = z.strictObject({
  accountSid: z.string(),
  messages: z.array(
    z.strictObject({
      sid: z.string(),
      status: z.string().optional(),
      body: z.string().optional(),
      sentAt: z.coerce.date().optional(),
      updatedAt: z.coerce.date().optional(),
    }),
  ),
});
const accountRef = z.strictObject({ accountSid: z.string() });

export function controlVerbs(world: SandboxWorld): Record<string, (input: Record<string, unknown>) => unknown> {
  const { accounts } = world;
  const find = (sid: string): SandboxAccount => {
    const account = accounts.get(sid);
    if (!account) throw new Error(`There is no account ${sid}: create it with createAccount.`);
    return account;
  };

  return {
    reset: () => world.reset(),

    /** Makes the account, or makes it anew under the same SID. */
    createAccount(input) {
      const { callbacks, messages, messageDays, numbers, ...given } = accountInput.parse(input);
      const account: SandboxAccount = {
        ...given,
        numbers: numbers.map(({ phoneNumber, label, smsUrl }) => ({
          sid: phoneNumberSid(given.sid, phoneNumber),
          phoneNumber,
          label: label ?? phoneNumber,
          smsUrl,
        })),
        messages: [],
        optedOut: new Set(),
        plans: new Map([['*', callbacks]]),
        aheadMs: 0,
      };
      account.messages = seedMessages(account, messages, messageDays, new Date());
      accounts.set(account.sid, account);
      return { sid: account.sid, authToken: account.authToken, numbers: account.numbers, services: account.services };
    },

    setStatus(input) {
      const { accountSid, status } = accountRef.extend({ status: accountInput.shape.status }).parse(input);
      find(accountSid).status = status;
    },

    /** The old token is refused from now on, and callbacks are signed with the new one. */
    rotateToken(input) {
      const { accountSid, authToken } = accountRef.extend({ authToken: accountInput.shape.authToken }).parse(input);
      find(accountSid).authToken = authToken;
      return { authToken };
    },

    /** What becomes of the messages sent from now on: any statuses in any order, and as often as they are named. */
    setCallbacks(input) {
      const { accountSid, to, plan } = callbacksInput.parse(input);
      find(accountSid).plans.set(to, plan);
    },

    /** Where callbacks really go from now on; `null` is where they are addressed. */
    setDeliverTo(input) {
      const { accountSid, deliverTo } = accountRef.extend({ deliverTo: z.string().nullable() }).parse(input);
      find(accountSid).deliverTo = deliverTo;
    },

    /** Twilio's clock as this account sees it, beside ours; as all accounts do, when none is named. */
    setClock(input) {
      const { accountSid, aheadMs } = accountRef.partial().extend({ aheadMs: z.int() }).parse(input);
      for (const account of accountSid === undefined ? accounts.values() : [find(accountSid)]) account.aheadMs = aheadMs;
    },

    /** A person texts one of the account's numbers. STOP and START count as they do at Twilio. */
    async inbound(input) {
      const { to, from, body, url, optOutType } = inboundInput.parse(input);
      const account = [...accounts.values()].find(({ numbers }) => numbers.some(({ phoneNumber }) => phoneNumber === to));
      if (!account) throw new Error(`No account has the number ${to}: create one with createAccount.`);
      const intent = optIntent(body);
      for (const sender of [to, ...account.services.map(({ sid }) => sid)]) {
        if (intent === 'opt_out') account.optedOut.add(`${sender} ${from}`);
        if (intent === 'opt_in') account.optedOut.delete(`${sender} ${from}`);
      }
      const message = receive(account, { to, from, body });
      const target = url ?? account.numbers.find(({ phoneNumber }) => phoneNumber === to)?.smsUrl;
      const posted = target ? await world.post(account, target, inboundParams(message, optOutType)) : null;
      return { sid: message.sid, status: posted?.status ?? null };
    },

    /** One status callback at will, whatever the message's own status is; `times` repeats it. */
    async sendCallback(input) {
      const { messageSid, status, errorCode, url, times } = callbackInput.parse(input);
      for (const account of accounts.values()) {
        const message = account.messages.find(({ sid }) => sid === messageSid);
        const target = url ?? message?.statusCallback;
        if (!message) continue;
        if (!target) throw new Error('The message has no StatusCallback: give a url.');
        const statuses: (number | null)[] = [];
        for (let time = 0; time < times; time += 1)
          statuses.push((await world.post(account, target, statusParams(message, { status, errorCode }))).status);
        return { statuses };
      }
      throw new Error(`There is no message ${messageSid}.`);
    },

    /** What the API shows of messages from now on, older versions of them too: a copy that lags behind. Posts nothing. */
    changeMessages(input) {
      const { accountSid, messages } = changesInput.parse(input);
      const bySid = new Map(find(accountSid).messages.map((message) => [message.sid, message]));
      for (const { sid, ...changes } of messages) {
        const message = bySid.get(sid);
        if (!message) throw new Error(`There is no message ${sid} in the account ${accountSid}.`);
        Object.assign(message, changes);
      }
    },

    /** Everything that was sent through the API, exactly as asked, oldest first. */
    messages: ({ accountSid }) =>
      [...accounts.values()]
        .filter(({ sid }) => accountSid === undefined || sid === accountSid)
        .flatMap(({ messages }) => messages.filter(({ direction, isSeeded }) => direction === 'outbound-api' && !isSeeded)),

    posted: () => world.posted,
  };
}

function receive(account: SandboxAccount, { to, from, body }: { to: string; from: string; body: string }): SandboxMessage {
  const now = nowOf(account);
  const message: SandboxMessage = {
    sid: randomSid('SM'),
    accountSid: account.sid,
    direction: 'inbound',
    from,
    to,
    body,
    status: 'received',
    errorCode: null,
    messagingServiceSid: null,
    statusCallback: null,
    isSeeded: false,
    createdAt: now,
    sentAt: now,
    updatedAt: now,
  };
  account.messages.push(message);
  return message;
}
