import type { RequestHandler } from 'express';
import { localsOf } from './auth.ts';
import type { Metrics } from './metrics.ts';

/** The time to answer, by the route as declared: a path as sent would make a series for every id. */
export function measureRequests({ requests }: Metrics): RequestHandler {
  return (request, response, next) => {
    const done = requests.startTimer({ method: request.method });
    response.on('finish', () => done({ route: localsOf(response).route ?? 'none', status: String(response.statusCode) }));
    next();
  };
}
