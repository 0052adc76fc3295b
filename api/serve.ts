import { isUtf8 } from 'node:buffer';
import express, { type RequestHandler, type Router } from 'express';
import type { z } from 'zod';
import { authenticate, authorize, localsOf } from './auth.ts';
import type { Deps } from './deps.ts';
import { ApiError, invalid, issuesOf } from './errors.ts';
import { once } from './idempotency.ts';
import { checkRoutes, type Route } from './route.ts';

export const bodyBytesMax = 256 * 1024;

/** Mounts the table. In this order, so that a stranger costs one look-up: who, whose, may they, then what was sent. */
export function mountRoutes(deps: Deps, routes: Route[]): Router {
  checkRoutes(routes);
  const router = express.Router({ caseSensitive: true });
  const who = authenticate(deps);
  for (const route of routes)
    router[route.method](route.path, nameRoute(route), who, authorize(deps, route), ...readBody(route), run(deps, route));
  return router;
}

function nameRoute(route: Route): RequestHandler {
  return (_request, response, next) => {
    localsOf(response).route = `/v1${route.path}`;
    next();
  };
}

function readBody(route: Route): RequestHandler[] {
  if (route.method === 'get') return [];
  const onlyJson: RequestHandler = (request, _response, next) => {
    // `is` answers null when there is no body at all.
    if (request.is('application/json') === false)
      throw new ApiError(415, 'unsupported_media_type', 'Send the body as application/json.');
    next();
  };
  return [onlyJson, express.json({ limit: bodyBytesMax, verify: requireText })];
}

/** JSON is UTF-8 (RFC 8259). The parser would put replacement characters for other bytes, and store what nobody sent. */
function requireText(_request: unknown, _response: unknown, body: Buffer, charset: string): void {
  if (charset !== 'utf-8' || !isUtf8(body)) throw new ApiError(400, 'malformed_body', 'The body is not JSON in UTF-8.');
}

function run(deps: Deps, route: Route): RequestHandler {
  return async (request, response) => {
    const { caller, found, ids } = localsOf(response);
    const query = parse(route.query, request.query);
    const body = parse(route.body, request.body ?? {});
    const audit = { actor: caller.actor, from: caller.from };
    const handle = async () => route.answer.parse(await route.handle({ deps, caller, found, query, body, audit }));
    const key = request.get('idempotency-key');
    const answer =
      key === undefined || route.method === 'get'
        ? await handle()
        : await once(deps.stores.idempotency, route, { key, caller, ids, body }, handle);
    response.status(route.status).json(answer);
  };
}

function parse(schema: z.ZodType, input: unknown): unknown {
  const result = schema.safeParse(input);
  if (!result.success) throw invalid(issuesOf(result.error));
  return result.data;
}
