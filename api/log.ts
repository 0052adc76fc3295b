import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino, type DestinationStream, type Logger } from 'pino';
import { localsOf } from './locals.ts';

/** What a log line may hold of an error: no message of a database error, because those quote values, and no properties at all. */
function plainError(error: unknown) {
  if (!(error instanceof Error)) return { name: typeof error };
  const quotesValues = 'sql' in error || 'parent' in error;
  return {
    name: error.name,
    ...(!quotesValues && { message: error.message }),
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    stack: error.stack
      ?.split('\n')
      .filter((line) => /^\s+at /.test(line))
      .join('\n'),
    ...(error.cause !== undefined && { cause: plainErrorName(error.cause) }),
  };
}

const plainErrorName = (error: unknown) => (error instanceof Error ? error.name : typeof error);

export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service: 'api' },
    serializers: { err: plainError, error: plainError },
    redact: {
      paths: ['authorization', 'cookie', '*.authorization', '*.cookie', '*.headers', '*.body', 'body', 'headers'],
      remove: true,
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

/**
 * Standard output, written in the background, so that no request waits for it. `end` resolves when every line is out: a process that
 * exits without it writes its last line before those that are still under way, because pino's own `flush` does not wait for them.
 */
export function openOutput() {
  const stream = pino.destination({ sync: false });
  return {
    stream,
    async end(): Promise<void> {
      const closed = new Promise((resolve) => stream.once('close', resolve));
      stream.end();
      // A reader that has gone away takes no more lines, and then no end is told.
      await Promise.race([closed, sleep(1_000)]);
    },
  };
}

const probes = ['/healthz', '/readyz', '/metrics'];

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
      const { route, ids, caller, outcome, error } = localsOf(response);
      const { statusCode: status, headersSent: isAnswered } = response;
      const line = {
        reqId,
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
