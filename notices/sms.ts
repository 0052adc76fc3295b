import { noticeText } from '../domain/notice.ts';
import type { Provider, ProviderHttp } from '../providers/contract.ts';
import { NoticeFailure, type About, type Channel } from './channel.ts';

export interface SmsOptions {
  provider: Provider;
  credentials: Record<string, string>;
  /** The platform's own number, in E.164. */
  from: string;
  httpFor(about: About): ProviderHttp;
}

/** Through a provider of messages. When an answer was lost, the provider is asked for the message before it is sent again. */
export function sms({ provider, credentials, from, httpFor }: SmsOptions): Channel {
  const action = provider.sendMessage!;
  return {
    key: 'sms',
    repeats: 'look',
    async send({ means, notice, about, earlier }) {
      const context = { http: httpFor(about), credentials, settings: {} };
      const message = { from, to: means.to, body: noticeText(notice), statusCallbackUrl: null };
      try {
        const [found] = earlier ? await action.find(context, message, earlier.elapsedMs) : [];
        const { externalId } = found ?? (await action.send(context, message));
        return { externalId };
      } catch (error) {
        throw new NoticeFailure(provider.classify(error));
      }
    },
  };
}
