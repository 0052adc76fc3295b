import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

/** Attributes that may leave: ours, and those of Temporal's interceptors that are ids and names of ours. */
const allowed = new Set([
  'http.request.method',
  'http.response.status_code',
  'http.route',
  'error.type',
  'run_id',
  'temporalWorkflowId',
  'temporalActivityId',
  'workflowId',
  'workflowType',
  'taskQueue',
]);
const isAllowed = (name: string) => allowed.has(name) || name.startsWith('linkwright.');

/**
 * Lets out what was meant to be seen. Interceptors that are not ours write an error's message and stack into a span, and all that
 * Temporal knows of a workflow; a message may quote a value. So attributes are picked by name, and of an error only its type stays.
 */
export function safeExporter(exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) => exporter.export(spans.map(safe), done),
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush && { forceFlush: () => exporter.forceFlush!() }),
  };
}

function safe(span: ReadableSpan): ReadableSpan {
  return Object.create(span, {
    attributes: { value: pick(span.attributes, isAllowed) },
    status: { value: { code: span.status.code } },
    events: {
      value: span.events.map((event) => ({
        ...event,
        attributes: pick(event.attributes ?? {}, (name) => name === 'exception.type'),
      })),
    },
  }) as ReadableSpan;
}

const pick = (attributes: Attributes, keeps: (name: string) => boolean): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => keeps(name)));
