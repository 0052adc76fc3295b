import type { Dispatcher } from 'undici';
import { channelLabels, type NoticeChannel } from '../domain/notice.ts';
import { createProviderHttp, type HttpCall } from '../providers/http.ts';
import { NoticeFailure, unanswered } from './channel.ts';

export interface PostOptions {
  /** Which addresses may be called; public ones over HTTPS alone when absent. */
  egress?: Dispatcher | undefined;
  /** One line for each call, without the path: that of a webhook's address is its secret. */
  log(call: Omit<HttpCall, 'path'> & { channel: NoticeChannel }): void;
  timeoutMs: number;
}

/** What is said to a webhook's address. */
interface Letter {
  channel: NoticeChannel;
  url: string;
  body: string;
  headers?: Record<string, string>;
}

/** No answer to a notice is longer. */
const bytesMax = 64 * 1_024;

/** Posts JSON to an address that a person entered; resolves when it was taken. No redirect is followed. */
export async function post({ egress, log, timeoutMs }: PostOptions, { channel, url, body, headers }: Letter): Promise<void> {
  const label = channelLabels[channel];
  const { origin } = new URL(url);
  const http = createProviderHttp({
    vendorBaseUrl: origin,
    baseUrl: origin,
    egress,
    timeoutMs,
    bytesMax,
    log: ({ at, method, status, latencyMs, outcome }) => log({ channel, at, method, status, latencyMs, outcome }),
  });
  const given = { 'content-type': 'application/json; charset=utf-8', ...headers };
  const answer = await http.request({ method: 'POST', url, headers: given, body }).catch((error: unknown) => {
    throw unanswered(label, error);
  });
  if (answer.status >= 200 && answer.status < 300) return;
  throw refusal(label, answer.status, answer.headers['retry-after']);
}

/** An answer says that the request was not taken; only of a 5xx nobody can know. */
function refusal(label: string, status: number, retryAfter: string | undefined): NoticeFailure {
  const effect = 'none';
  if (status === 429 || status === 408) {
    const retryAfterMs = retryAfter && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) * 1_000 : undefined;
    return new NoticeFailure({ code: 'rate_limited', sentence: `${label} asked us to slow down.`, effect, retryAfterMs });
  }
  if (status >= 500)
    return new NoticeFailure({
      code: 'provider_unavailable',
      sentence: `${label} answered with an error of its own (${status}): the notice may have arrived, or not.`,
      effect: 'unknown',
    });
  if (status === 404 || status === 410)
    return new NoticeFailure({
      code: 'configuration_invalid',
      sentence: `The ${label} address is not in use any more (${status}): make a new one there and enter it.`,
      effect,
    });
  return new NoticeFailure({
    code: 'configuration_invalid',
    sentence: `${label} refused the notice (${status}): look at the address and at what is allowed there.`,
    effect,
  });
}
