import express, { type RequestHandler, type Router } from 'express';
import type { z } from 'zod';
import type { Conflict } from '../db/errors.ts';
import { auditRequest, isRefusal } from './audit-request.ts';
import { authenticate, authorize } from './auth.ts';
import type { Deps } from './deps.ts';
import { invalid, issuesOf, type ApiError } from './errors.ts';
import { sendEvents } from './events.ts';
import { once } from './idempotency.ts';
import { readJsonBody } from './json-body.ts';
import { sendLines } from './lines.ts';
import { localsOf } from './locals.ts';
import { checkRoutes, type NamedRequest, type Route } from './route.ts';

/** Mounts the table. In this order, so that a stranger costs one look-up: who, whose, may they, then what was sent. */
export function mountRoutes(deps: Deps, routes: Route[]): Router {
  checkRoutes(routes);
  const router = express.Router({ caseSensitive: true });
  const who = authenticate(deps);
  for (const route of routes)
    router[route.method](
      route.path,
      nameRoute(route),
      who,
      authorize(deps, route),
      ...(route.method === 'get' ? [] : readJsonBody),
      run(deps, route),
    );
  return router;
}

function nameRoute(route: Route): RequestHandler {
  return (_request, response, next) => {
    localsOf(response).route = `/v1${route.path}`;
    next();
  };
}

function run(deps: Deps, route: Route): RequestHandler {
  return async (request, response) => {
    const locals = localsOf(response);
    const { caller, found, ids } = locals;
    const query = parse(route.query, request.query);
    const body = parse(route.body, request.body ?? {});
    const audit = { actor: caller.actor, from: caller.from };
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const handle = async (named: NamedRequest | null) => {
      if (route.command) await auditRequest(deps, route, locals, { outcome: 'asked' });
      try {
        const answer = await route.handle({ deps, caller, found, query, body, audit, request: named, gone: gone.signal });
        return route.lines || route.events ? answer : route.answer.parse(answer);
      } catch (error) {
        if (route.method !== 'get' && isRefusal(error)) await auditRequest(deps, route, locals, refused(error));
        throw error;
      }
    };
    const key = request.get('idempotency-key');
    const answer =
      key === undefined || route.method === 'get'
        ? await handle(null)
        : await once(deps.stores.idempotency, route, { key, caller, ids, body }, handle);
    if (route.events) await sendEvents(response, answer as AsyncIterable<unknown>, route.answer);
    else if (route.lines) await sendLines(response, answer as AsyncIterable<unknown>, route.answer);
    else response.status(route.status).json(answer);
  };
}

const refused = (error: ApiError | Conflict) => ({
  outcome: 'refused' as const,
  detail: { ...('code' in error && { code: error.code }), reason: error.message },
});

function parse(schema: z.ZodType, input: unknown): unknown {
  const result = schema.safeParse(input);
  if (!result.success) throw invalid(issuesOf(result.error));
  return result.data;
}
