/** The channels as this platform has set them up, for any process of ours. */
import type { Dispatcher } from 'undici';
import type { NoticeChannel } from '../domain/notice.ts';
import type { Provider } from '../providers/contract.ts';
import { createProviderHttp, type HttpCall } from '../providers/http.ts';
import { getProvider as getRegistered } from '../providers/registry.ts';
import type { About, Notices } from './channel.ts';
import { email } from './email.ts';
import type { PostOptions } from './post.ts';
import { slack } from './slack.ts';
import { sms } from './sms.ts';
import { teams } from './teams.ts';
import { webhook } from './webhook.ts';

export { NoticeFailure, type About, type Attempt, type Channel, type Notices } from './channel.ts';
export { reach, type Reached } from './reach.ts';

export interface NoticesOptions {
  /** The platform's own sender of text messages; `null` when there is none. */
  sms: { providerKey: string; credentials: Record<string, string>; from: string } | null;
  email: { url: string; from: string } | null;
  /** Addresses used in place of the vendors' own, by provider key. */
  baseUrls: Record<string, string>;
  egress?: Dispatcher | undefined;
  /** One line for each call to a provider of messages, as for any call to it. */
  logCall(call: HttpCall, about: About, provider: Provider): void;
  /** One line for each call to a webhook's address, without the address. */
  logPost: PostOptions['log'];
  getProvider?(key: string): Provider;
  /** For one notice. */
  timeoutMs?: number;
}

/** Short, because somebody waits for the notice, and another way to tell them may be open. */
const usualTimeoutMs = 15_000;

export function createNotices(options: NoticesOptions): Notices {
  const { egress, timeoutMs = usualTimeoutMs } = options;
  const posting = { egress, log: options.logPost, timeoutMs };
  return {
    sms: options.sms && texts(options.sms, { ...options, timeoutMs }),
    slack: slack(posting),
    teams: teams(posting),
    webhook: webhook(posting),
    email: options.email && email({ ...options.email, timeoutMs }),
  } satisfies Record<NoticeChannel, unknown>;
}

type TextsOptions = NoticesOptions & { timeoutMs: number };

function texts(sender: NonNullable<NoticesOptions['sms']>, options: TextsOptions) {
  const { baseUrls, egress, logCall, getProvider = getRegistered, timeoutMs } = options;
  const provider = getProvider(sender.providerKey);
  return sms({
    provider,
    credentials: sender.credentials,
    from: sender.from,
    httpFor: (about) =>
      createProviderHttp({
        vendorBaseUrl: provider.baseUrl,
        baseUrl: baseUrls[provider.key] ?? provider.baseUrl,
        hosts: provider.hosts,
        timeoutMs,
        egress,
        log: (call) => logCall(call, about, provider),
      }),
  });
}
