/** Takes traces as a collector does: OTLP over HTTP with JSON, https://opentelemetry.io/docs/specs/otlp/#otlphttp. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface SeenSpan {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  links: { traceId: string; spanId: string }[];
  attributes: Record<string, unknown>;
  status: { code?: number; message?: string };
  events: { name: string; attributes: Record<string, unknown> }[];
}

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}
interface Body {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: {
      spans: (Omit<SeenSpan, 'attributes' | 'events' | 'service'> & {
        attributes?: Attribute[];
        events?: { name: string; attributes?: Attribute[] }[];
      })[];
    }[];
  }[];
}

export async function startOtlpReceiver() {
  const spans: SeenSpan[] = [];
  const headers: Record<string, string | string[] | undefined>[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      headers.push({ path: request.url, ...request.headers });
      for (const { resource, scopeSpans } of (JSON.parse(Buffer.concat(chunks).toString()) as Body).resourceSpans)
        for (const span of scopeSpans.flatMap((scope) => scope.spans))
          spans.push({
            ...span,
            service: String(flat(resource.attributes)['service.name']),
            parentSpanId: span.parentSpanId ?? '',
            links: span.links ?? [],
            attributes: flat(span.attributes),
            events: (span.events ?? []).map((event) => ({ name: event.name, attributes: flat(event.attributes) })),
          });
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: spans as readonly SeenSpan[],
    /** Of each request, with its path. */
    headers,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const flat = (attributes: Attribute[] = []) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
