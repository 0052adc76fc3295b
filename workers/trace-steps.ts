/** What an activity's time goes into, as spans within its own: calls to providers, and the statements that take long. Used only when traces are on. */
import { SpanKind, SpanStatusCode, trace, type Span, type SpanOptions } from '@opentelemetry/api';
import type { ActivityDeps } from '../activities/deps.ts';
import type { AppStores } from '../db/app/stores/index.ts';
import type { TrafficStores } from '../db/traffic/stores/index.ts';
import { linkTo } from '../telemetry/traceparent.ts';

/** OpenTelemetry's own bound of links on a span. */
const linksMax = 128;

function inSpan<Answer>(name: string, options: SpanOptions, work: (span: Span) => Promise<Answer>): Promise<Answer> {
  return trace.getTracer('linkwright').startActiveSpan(name, options, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttribute('error.type', error instanceof Error ? error.name : typeof error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The same store, with a span around each method named here. */
function withSpans<Store extends object>(store: Store, names: { [Method in keyof Store]?: string }): Store {
  const traced = { ...store };
  for (const [method, name] of Object.entries(names) as [keyof Store, string][]) {
    const plain = store[method] as (...given: unknown[]) => Promise<unknown>;
    traced[method] = ((...given: unknown[]) => inSpan(name, {}, () => plain(...given))) as Store[typeof method];
  }
  return traced;
}

export function traceAppStores(app: AppStores): AppStores {
  return {
    ...app,
    records: withSpans(app.records, { savePage: 'page: save', applyRecords: 'records: apply', applyEvents: 'events: apply' }),
    metrics: withSpans(app.metrics, { compute: 'metric: compute', saveSnapshot: 'card: bring up to date' }),
    connections: withSpans(app.connections, { markSucceeded: 'card: mark fresh' }),
  };
}

/** The span of a drain links to the webhooks whose events it takes: there are many of them, so none is its parent. */
export function traceTrafficStores(traffic: TrafficStores): TrafficStores {
  const events = withSpans(traffic.events, { storeBatch: 'events: store', markApplied: 'events: mark applied' });
  return {
    ...traffic,
    events: {
      ...events,
      async nextBatch(...given) {
        const drain = trace.getActiveSpan();
        const batch = await inSpan('events: read', {}, () => traffic.events.nextBatch(...given));
        const traceparents = new Set(batch.flatMap(({ traceparent }) => traceparent ?? []));
        drain?.addLinks([...traceparents].slice(0, linksMax).flatMap((each) => linkTo(each) ?? []));
        if (batch.length > 0) drain?.setAttribute('linkwright.events', batch.length);
        return batch;
      },
    },
  };
}

/** No path and no header: a path may hold ids of the provider's, and the provider is not told of our traces. */
export function traceProviderCalls(httpFor: ActivityDeps['httpFor']): ActivityDeps['httpFor'] {
  return (provider, owner) => {
    const http = httpFor(provider, owner);
    return {
      ...http,
      request(request) {
        const attributes = { 'http.request.method': request.method, 'linkwright.provider': provider.key };
        return inSpan(`${request.method} ${provider.key}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
          const answer = await http.request(request);
          span.setAttribute('http.response.status_code', answer.status);
          if (answer.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          return answer;
        });
      },
    };
  };
}
