import { randomUUID } from 'node:crypto';
import type { Response } from 'express';
import { pino, type DestinationStream, type Logger } from 'pino';
import { pinoHttp } from 'pino-http';

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

const probes = ['/healthz', '/readyz', '/metrics'];

/**
 * One line for each request, when it is answered: the route as declared and the ids in it, never the path or the query as sent,
 * which may hold anything.
 */
export function logRequests(log: Logger) {
  return pinoHttp<import('express').Request, Response>({
    logger: log,
    genReqId: (_request, response) => {
      const id = `req_${randomUUID()}`;
      response.setHeader('X-Request-Id', id);
      return id;
    },
    wrapSerializers: false,
    serializers: {
      req: (request: { method?: string }) => ({ method: request.method }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
      err: plainError,
    },
    quietReqLogger: true,
    autoLogging: { ignore: (request) => probes.includes(request.url ?? '') },
    customProps: (_request, response) => {
      // Asked for at the start too, when nothing is known yet.
      if (!response.headersSent) return {};
      const { route, ids, caller, outcome } = response.locals ?? {};
      return { route: route ?? 'none', ...(ids && { ids }), ...(caller && { key: caller.keyId }), ...(outcome && { outcome }) };
    },
    customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'info'),
    customSuccessMessage: () => 'answered',
    customErrorMessage: () => 'answered',
  });
}
