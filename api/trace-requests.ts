import type { RequestListener } from 'node:http';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import { localsOf, type Locals } from './locals.ts';
import { probes } from './log.ts';

/** A span for each request, under the sender's own where it sent a `traceparent`. Named by the route as declared, never by the path. */
export function traceRequests(listener: RequestListener): RequestListener {
  const tracer = trace.getTracer('linkwright');
  return (request, response) => {
    if (probes.includes(request.url ?? '')) {
      listener(request, response);
      return;
    }
    const parent = propagation.extract(ROOT_CONTEXT, request.headers);
    const method = request.method ?? 'none';
    const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes: { 'http.request.method': method } }, parent);
    localsOf(response).traceId = span.spanContext().traceId;
    response.once('close', () => {
      const { route: declared, ids, outcome }: Partial<Locals> = localsOf(response);
      const route = declared ?? 'none';
      const { statusCode: status } = response;
      span.updateName(`${method} ${route}`);
      span.setAttributes({
        'http.route': route,
        'http.response.status_code': status,
        ...(ids?.['connectionId'] && { 'linkwright.connection_id': ids['connectionId'] }),
        ...(outcome && { 'linkwright.outcome': outcome }),
      });
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    context.with(trace.setSpan(parent, span), () => listener(request, response));
  };
}
