/** Twilio's wire format over an account in memory: the 2010 API under `/2010-04-01`, other hosts under `/<host>`. */
import type { ProviderSandbox, SandboxAnswer, SandboxRequest } from '../contract.ts';
import { toMessageStatus } from './statuses.ts';
import { messageRank } from '../../domain/records.ts';
import { post, statusParams, type Posted } from './sandbox-callbacks.ts';
import { controlVerbs, type SandboxWorld } from './sandbox-control.ts';
import { createMessage, listMessages } from './sandbox-messages.ts';
import { nowOf, type PlannedStatus, type SandboxAccount, type SandboxMessage } from './sandbox-state.ts';
import {
  accountJson,
  apiError,
  json,
  listJson,
  messageJson,
  notFound,
  numberJson,
  pageOf,
  serviceJson,
  unauthorized,
  usageJson,
} from './sandbox-wire.ts';

export function createTwilioSandbox(): ProviderSandbox {
  const accounts = new Map<string, SandboxAccount>();
  const posted: Posted[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let stop = new AbortController();

  const send = async (account: SandboxAccount, url: string, params: Record<string, string>): Promise<Posted> => {
    const result = await post(account, url, params, stop.signal);
    posted.push(result);
    return result;
  };
  const halt = () => {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
    stop.abort();
    stop = new AbortController();
  };
  const world: SandboxWorld = {
    accounts,
    posted,
    post: send,
    reset() {
      halt();
      accounts.clear();
      posted.length = 0;
    },
  };

  /** Walks the message through its plan, with one callback for each status. */
  function follow(account: SandboxAccount, message: SandboxMessage): void {
    let delayMs = 0;
    for (const planned of account.plans.get(message.to) ?? account.plans.get('*') ?? []) {
      delayMs += planned.delayMs;
      const timer = setTimeout(() => {
        timers.delete(timer);
        advance(account, message, planned);
        if (message.statusCallback) void send(account, message.statusCallback, statusParams(message, planned));
      }, delayMs);
      timers.add(timer);
    }
  }

  return {
    key: 'twilio',

    answer(request) {
      const [, messagingPath] = /^\/messaging(?:\.\w+)*\.twilio\.com(\/.*)$/.exec(request.path) ?? [];
      const path = request.path.replace(/^\/api(?:\.\w+)*\.twilio\.com(?=\/)/, '');
      const found = authenticate(accounts, request);
      if (!found) return unauthorized();
      if (messagingPath)
        return messagingPath === '/v1/Services' ? listServices(found.account, request.query) : notFound(messagingPath);
      const answer = answerCore(found, { ...request, path }, follow);
      return { ...answer, headers: { ...answer.headers, date: nowOf(found.account).toUTCString() } };
    },

    refusals: {
      status429: ({ retryAfterS }) =>
        apiError(429, 20429, 'Too Many Requests', retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) }),
      status500: () => apiError(500, 20500, 'Internal Server Error'),
      revoked: unauthorized,
    },
    control: controlVerbs(world),
    close: halt,
  };
}

interface Caller {
  account: SandboxAccount;
  /** Whether it spoke with the auth token and not with an API key. */
  isAccount: boolean;
}

/** HTTP Basic. An API key belongs to one account, which the 2010 API also names in its path. */
function authenticate(accounts: Map<string, SandboxAccount>, { headers }: SandboxRequest): Caller | undefined {
  const [scheme, encoded = ''] = (headers['authorization'] ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic') return undefined;
  const [user = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  const password = rest.join(':');
  for (const account of accounts.values()) {
    if (account.sid === user && account.authToken === password) return { account, isAccount: true };
    if (account.apiKeys.some(({ sid, secret }) => sid === user && secret === password)) return { account, isAccount: false };
  }
  return undefined;
}

function answerCore(
  { account, isAccount }: Caller,
  { method, path, query, body }: SandboxRequest,
  follow: (account: SandboxAccount, message: SandboxMessage) => void,
): SandboxAnswer {
  const root = `/2010-04-01/Accounts/${account.sid}`;
  if (path === `${root}.json`) return isAccount ? json(200, accountJson(account)) : unauthorized();
  // Credentials of one account do not open another's.
  if (!path.startsWith(`${root}/`)) return path.startsWith('/2010-04-01/Accounts/AC') ? unauthorized() : notFound(path);
  if (account.status !== 'active') return apiError(403, 20005, 'Account not active');

  const resource = path.slice(root.length);
  if (resource === '/Messages.json' && method === 'POST') {
    const { answer, message } = createMessage(account, new URLSearchParams(body), nowOf(account));
    if (message) follow(account, message);
    return answer;
  }
  if (method !== 'GET') return apiError(405, 20004, 'Method not allowed');
  if (resource === '/Messages.json') return listMessages(account, path, query);
  if (resource === '/IncomingPhoneNumbers.json')
    return listJson(
      'incoming_phone_numbers',
      account.numbers,
      ({ sid }) => sid,
      (number) => numberJson(account, number),
      path,
      query,
    );
  if (resource === '/Usage/Records/Daily.json') {
    const records = usageJson(account, query.get('StartDate'), query.get('EndDate'), nowOf(account));
    return listJson(
      'usage_records',
      records,
      ({ category, start_date }) => `${category}-${start_date}`,
      (record) => record,
      path,
      query,
    );
  }
  const [, sid] = /^\/Messages\/(\w+)\.json$/.exec(resource) ?? [];
  const message = account.messages.find((candidate) => candidate.sid === sid);
  return message ? json(200, messageJson(message)) : notFound(path);
}

/** The newer envelope, with absolute URLs. https://www.twilio.com/docs/messaging/api/service-resource */
function listServices(account: SandboxAccount, query: URLSearchParams): SandboxAnswer {
  const { shown, page, size, first, here, next } = pageOf(
    account.services,
    ({ sid }) => sid,
    'https://messaging.twilio.com/v1/Services',
    query,
  );
  return json(200, {
    services: shown.map((service) => serviceJson(account, service)),
    meta: {
      page,
      page_size: size,
      first_page_url: first,
      previous_page_url: null,
      next_page_url: next,
      url: here,
      key: 'services',
    },
  });
}

/** The message itself never goes back, in whatever order the callbacks are planned. */
function advance(account: SandboxAccount, message: SandboxMessage, { status, errorCode }: PlannedStatus): void {
  const [from, to] = [toMessageStatus(message.status), toMessageStatus(status)];
  if (from && to && messageRank(to) < messageRank(from)) return;
  const now = nowOf(account);
  message.status = status;
  message.updatedAt = now;
  if (errorCode !== undefined) message.errorCode = errorCode;
  if (to === 'accepted') return;
  message.sentAt ??= now;
  message.from ??= account.numbers[0]?.phoneNumber ?? null;
}
