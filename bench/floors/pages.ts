import { createProviderHttp } from '../../providers/http.ts';
import { twilio } from '../../providers/twilio/index.ts';

export interface AccountInput {
  /** In place of Twilio's own. */
  baseUrl: string;
  accountSid: string;
  authToken: string;
}

export const messagesStream = twilio.streams['messages']!;

/** Every page of the account's messages, from the start. */
export async function* fetchAll({ baseUrl, accountSid, authToken }: AccountInput): AsyncGenerator<unknown[]> {
  const http = createProviderHttp({ vendorBaseUrl: twilio.baseUrl, baseUrl, timeoutMs: 30_000, log: () => undefined });
  const context = { http, credentials: { accountSid, authToken }, settings: {} };
  for (let cursor: string | null = null, done = false; !done;) {
    const page = await messagesStream.fetchPage(context, { cursor, now: new Date(), pageSize: 1_000 });
    yield page.records;
    ({ cursor, done } = page);
  }
}
