import type { Logger } from 'pino';
import type { Dispatcher } from 'undici';
import type { ActivityDeps } from '../activities/deps.ts';
import type { SeenQuota } from '../db/app/stores/health.ts';
import type { TrafficStores } from '../db/traffic/stores/index.ts';
import type { Provider } from '../providers/contract.ts';
import { appendCalls } from '../providers/call-log.ts';
import { createProviderHttp, type HttpCall } from '../providers/http.ts';
import type { ProviderCallOutcome, WorkerMetrics } from './metrics.ts';

/** Longer than any answer worth waiting for, shorter than the shortest time-out of an activity that calls a provider. */
const usualTimeoutMs = 30_000;

interface Options {
  /** Addresses used in place of the vendors' own, by provider key. */
  baseUrls: Record<string, string>;
  /** Which addresses may be called; public ones alone when absent. */
  egress?: Dispatcher;
  logs: Pick<TrafficStores['logs'], 'append'>;
  log: Pick<Logger, 'warn'>;
  metrics?: Pick<WorkerMetrics, 'providerCalls'>;
  /** What an answer told of the provider's limits. */
  sawQuota?: (seen: SeenQuota) => void;
  /** For one call, its body included. */
  timeoutMs?: number;
}

/** Hands each connection its client. A call's log line is written beside the call: a log that fails never fails the call. */
export function providerHttp({
  baseUrls,
  egress,
  timeoutMs = usualTimeoutMs,
  sawQuota,
  ...told
}: Options): ActivityDeps['httpFor'] {
  const append = callLog(told);
  return (provider, owner) => {
    const http = createProviderHttp({
      vendorBaseUrl: provider.baseUrl,
      baseUrl: baseUrls[provider.key] ?? provider.baseUrl,
      hosts: provider.hosts,
      timeoutMs,
      egress,
      log: (call) => append(call, owner, provider),
    });
    if (!provider.quotaOf || !sawQuota) return http;
    return {
      async request(asked) {
        const answer = await http.request(asked);
        const quota = provider.quotaOf!(answer.headers);
        if (quota) sawQuota({ ...owner, ...quota });
        return answer;
      },
    };
  };
}

export function callLog({ logs, log, metrics }: Pick<Options, 'logs' | 'log' | 'metrics'>) {
  const append = appendCalls({ logs, log });
  return (call: HttpCall, owner: { connectionId: string; companyId: string } | null, provider: Pick<Provider, 'key'>): void => {
    metrics?.providerCalls.observe({ provider: provider.key, outcome: outcomeOf(call) }, call.latencyMs / 1_000);
    append(call, owner, provider);
  };
}

function outcomeOf({ outcome, status }: HttpCall): ProviderCallOutcome {
  if (outcome !== 'refused') return outcome;
  if (status === 429) return 'rate_limited';
  return status !== null && status >= 500 ? 'server_error' : 'refused';
}
