/**
 * Traces over OTLP/HTTP. Their libraries are loaded only when an endpoint is configured: without one, the calls of OpenTelemetry's API
 * that stand in the code do nothing.
 */
import type { Resource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';

export interface TracingSettings {
  /** Without `/v1/traces`, as the standard has it. */
  endpoint: string;
  headers: Record<string, string>;
}

export interface Tracing {
  /** For spans that are made where the SDK is not, in the workflows' sandbox. */
  processor: SpanProcessor;
  resource: Resource;
  /** Sends what is still here. */
  stop(): Promise<void>;
}

export async function startTracing(settings: TracingSettings | null, service: string): Promise<Tracing | null> {
  if (!settings) return null;
  const [{ Resource: ResourceOf }, sdk, { OTLPTraceExporter }, { AsyncLocalStorageContextManager }, core, { safeExporter }] =
    await Promise.all([
      import('@opentelemetry/resources'),
      import('@opentelemetry/sdk-trace-base'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/context-async-hooks'),
      import('@opentelemetry/core'),
      import('./safe-exporter.ts'),
    ]);
  const { endpoint, headers } = settings;
  const resource = new ResourceOf({ 'service.name': `linkwright-${service}`, 'service.namespace': 'linkwright' });
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, headers });
  const processor = new sdk.BatchSpanProcessor(safeExporter(exporter));
  const provider = new sdk.BasicTracerProvider({ resource, spanProcessors: [processor] });
  provider.register({
    contextManager: new AsyncLocalStorageContextManager().enable(),
    propagator: new core.W3CTraceContextPropagator(),
  });
  return { processor, resource, stop: () => provider.shutdown() };
}
