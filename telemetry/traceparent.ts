/** A span's place as W3C's `traceparent` has it, to be kept with a row: https://www.w3.org/TR/trace-context/#traceparent-header. */
import { isSpanContextValid, trace, type Link } from '@opentelemetry/api';

/** Of the span under way; `undefined` when nothing is traced. */
export function currentTraceparent(): string | undefined {
  const here = trace.getActiveSpan()?.spanContext();
  if (!here || !isSpanContextValid(here)) return undefined;
  return `00-${here.traceId}-${here.spanId}-${here.traceFlags.toString(16).padStart(2, '0')}`;
}

export function linkTo(traceparent: string): Link | undefined {
  const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent) ?? [];
  if (!traceId || !spanId || !flags) return undefined;
  return { context: { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true } };
}
