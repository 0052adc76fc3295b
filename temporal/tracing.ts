/** Carries a trace through Temporal: from whoever starts or tells a workflow, by headers, to its activities. Loaded only when traces are on. */
import { fileURLToPath } from 'node:url';
import { ROOT_CONTEXT, context } from '@opentelemetry/api';
import type { Tracing } from '../telemetry/tracing.ts';

/** For a Client's options. */
export async function clientTracing(tracing: Tracing | null) {
  if (!tracing) return {};
  const { OpenTelemetryWorkflowClientInterceptor } = await import('@temporalio/interceptors-opentelemetry/lib/client/index.js');
  return { interceptors: { workflow: [new OpenTelemetryWorkflowClientInterceptor()] } };
}

/** For workers: the modules go into the workflow bundle, and the sink takes the spans out of its sandbox. */
export async function workerTracing(tracing: Tracing | null) {
  if (!tracing) return null;
  const { OpenTelemetryActivityInboundInterceptor, makeWorkflowExporter } =
    await import('@temporalio/interceptors-opentelemetry/lib/worker/index.js');
  return {
    activityInterceptor: (activity: ConstructorParameters<typeof OpenTelemetryActivityInboundInterceptor>[0]) => ({
      inbound: new OpenTelemetryActivityInboundInterceptor(activity),
    }),
    sinks: { exporter: makeWorkflowExporter(tracing.processor, tracing.resource) },
    workflowModules: [tracingModule],
  };
}

/** Goes into the workflow bundle by path. */
export const tracingModule = fileURLToPath(new URL('./workflow-tracing.ts', import.meta.url));

/** One drain applies the events of many webhooks, so it begins a trace of its own and links to theirs. */
export const inOwnTrace = <Answer>(work: () => Answer): Answer => context.with(ROOT_CONTEXT, work);
