import type { Logger } from 'pino';
import type { Dispatcher } from 'undici';
import type { ActivityDeps } from '../activities/deps.ts';
import type { TrafficStores } from '../db/traffic/stores/index.ts';
import { createProviderHttp } from '../providers/http.ts';

/** Longer than any answer worth waiting for, shorter than the shortest time-out of an activity that calls a provider. */
const usualTimeoutMs = 30_000;

interface Options {
  /** Addresses used in place of the vendors' own, by provider key. */
  baseUrls: Record<string, string>;
  /** Which addresses may be called; public ones alone when absent. */
  egress?: Dispatcher;
  logs: Pick<TrafficStores['logs'], 'append'>;
  log: Pick<Logger, 'warn'>;
  /** For one call, its body included. */
  timeoutMs?: number;
}

/** Hands each connection its client. A call's log line is written beside the call: a log that fails never fails the call. */
export function providerHttp({ baseUrls, egress, logs, log, timeoutMs = usualTimeoutMs }: Options): ActivityDeps['httpFor'] {
  return (provider, { connectionId, companyId }) =>
    createProviderHttp({
      vendorBaseUrl: provider.baseUrl,
      baseUrl: baseUrls[provider.key] ?? provider.baseUrl,
      hosts: provider.hosts,
      timeoutMs,
      egress,
      log: (call) => {
        logs
          .append([{ ...call, connectionId, companyId, providerKey: provider.key, note: null }])
          .catch((error: unknown) => log.warn({ err: error, connectionId }, 'a line of the API call log could not be written'));
      },
    });
}
