import type { IncomingMessage, ServerResponse } from 'node:http';
import { eventType } from './events.ts';
import { localsOf } from './locals.ts';
import type { Metrics } from './metrics.ts';

/** The time to answer, by the route as declared: a path as sent would make a series for every id. */
export function measureRequest({ requests }: Metrics, request: IncomingMessage, response: ServerResponse): void {
  const done = requests.startTimer({ method: request.method ?? 'none' });
  response.once('close', () => {
    const isEndless = response.getHeader('content-type') === eventType; // its time says nothing
    if (response.headersSent && !isEndless)
      done({ route: localsOf(response).route ?? 'none', status: String(response.statusCode) });
  });
}
