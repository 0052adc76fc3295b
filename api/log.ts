import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { plainError } from '../telemetry/log.ts';
import { localsOf } from './locals.ts';

export const probes = ['/healthz', '/readyz', '/metrics'];

/**
 * One line for each request, when it is answered: the route as declared and the ids in it, never the path or the query as sent,
 * which may hold anything. A request whose sender went away before it had its answer is told as such.
 */
export function logRequests(log: Logger) {
  // Every field of the line is named below, so there is nothing to redact, and looking for it would take most of the line's time.
  const requests = log.child({}, { serializers: { err: plainError }, redact: [] });
  return (request: IncomingMessage, response: ServerResponse): void => {
    const startedAt = Date.now();
    const reqId = `req_${randomUUID()}`;
    response.setHeader('X-Request-Id', reqId);
    if (probes.includes(request.url ?? '')) return;
    response.once('close', () => {
      const { route, ids, caller, outcome, error, traceId } = localsOf(response);
      const { statusCode: status, headersSent: isAnswered } = response;
      const line = {
        event: route?.startsWith('/webhooks/') ? 'webhook' : 'request',
        reqId,
        traceId,
        req: { method: request.method },
        route: route ?? 'none',
        ids,
        key: caller?.keyId ?? undefined,
        person: caller?.keyId === null ? caller.actor : undefined,
        outcome: isAnswered ? outcome : 'aborted',
        res: isAnswered ? { status } : undefined,
        err: error,
        responseTime: Date.now() - startedAt,
      };
      requests[error !== undefined || status >= 500 ? 'error' : 'info'](line, isAnswered ? 'answered' : 'not answered');
    });
  };
}
