/**
 * Spans of workflows, in their sandbox. The interceptors of `@temporalio/interceptors-opentelemetry` await on the way, which moved a
 * command of a recorded history (a rotation's update) behind another, so a worker with traces could not go on with it. These put
 * nothing into the way: each hands on the very promise that it was given, and looks at it from beside. Beside headers, which no replay
 * compares, a history does not tell that there were traces.
 */
// oxlint-disable-next-line no-unassigned-import -- it makes what OpenTelemetry needs of a global scope
import '@temporalio/interceptors-opentelemetry/lib/workflow/runtime.js';
import * as otel from '@opentelemetry/api';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { extractContextFromHeaders, headersWithContext } from '@temporalio/interceptors-opentelemetry/lib/instrumentation.js';
import { ContextManager } from '@temporalio/interceptors-opentelemetry/lib/workflow/context-manager.js';
import { SpanExporter } from '@temporalio/interceptors-opentelemetry/lib/workflow/span-exporter.js';
import type { Headers } from '@temporalio/common';
import { ContinueAsNew, workflowInfo, type WorkflowInterceptors } from '@temporalio/workflow';

const contextManager = new ContextManager();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new SpanExporter())] });
provider.register({ contextManager });
const tracer = provider.getTracer('linkwright');

/** Where no `headers` are given, the span stands under the one at work. */
function inSpan<Answer>(name: string, work: () => Promise<Answer>, headers?: Headers): Promise<Answer> {
  const parent = (headers && extractContextFromHeaders(headers)) ?? otel.context.active();
  const span = tracer.startSpan(name, {}, parent);
  const answer = otel.context.with(otel.trace.setSpan(parent, span), work);
  answer.then(
    () => span.end(),
    (error: unknown) => {
      if (!(error instanceof ContinueAsNew)) span.setStatus({ code: otel.SpanStatusCode.ERROR });
      span.end();
    },
  );
  return answer;
}

const carrying = <Input extends { headers: Headers }>(input: Input): Input => ({
  ...input,
  headers: headersWithContext(input.headers),
});

export const interceptors = (): WorkflowInterceptors => ({
  inbound: [
    {
      execute: (input, next) => inSpan(`RunWorkflow:${workflowInfo().workflowType}`, () => next(input), input.headers),
      handleSignal: (input, next) => inSpan(`HandleSignal:${input.signalName}`, () => next(input), input.headers),
      handleUpdate: (input, next) => inSpan(`HandleUpdate:${input.name}`, () => next(input), input.headers),
    },
  ],
  outbound: [
    {
      scheduleActivity: (input, next) => inSpan(`StartActivity:${input.activityType}`, () => next(carrying(input))),
      scheduleLocalActivity: (input, next) => inSpan(`StartActivity:${input.activityType}`, () => next(carrying(input))),
      startChildWorkflowExecution: (input, next) =>
        inSpan(`StartChildWorkflow:${input.workflowType}`, () => next(carrying(input))),
      signalWorkflow: (input, next) => inSpan(`SignalWorkflow:${input.signalName}`, () => next(carrying(input))),
      continueAsNew: (input, next) => inSpan('ContinueAsNew', () => next(carrying(input))),
    },
  ],
});
