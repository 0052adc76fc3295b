import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Deps } from './deps.ts';
import { serveDocs } from './docs.ts';
import { answerErrors, isOutage, unknownRoute } from './errors.ts';
import { logRequests } from './log.ts';
import { createOpenApi } from './openapi.ts';
import { serveProbes, type Checks } from './probes.ts';
import { measureRequests } from './measure-requests.ts';
import { routes } from './routes/index.ts';
import { mountRoutes } from './serve.ts';
import { createGroup } from './webhooks/group.ts';
import { receiveWebhooks, type EventRow } from './webhooks/receive.ts';

/** The HTTP application, and a way to wait until everything it has accepted is committed and told. */
export interface App {
  http: Express;
  settled(): Promise<void>;
}

export function createApp(deps: Deps, checks: Checks): App {
  const group = createGroup<EventRow>({
    async commit(rows) {
      const { stored, duplicates } = await deps.traffic.events.storeBatch(rows);
      deps.metrics.events.inc({ result: 'new' }, stored);
      deps.metrics.events.inc({ result: 'duplicate' }, duplicates);
    },
    rowsMax: 500,
    isOutage,
    waiting: (requests) => deps.metrics.waitingRequests.set(requests),
    committed: (requests) => deps.metrics.commits.observe(requests),
  });

  const http = express();
  http.set('query parser', 'simple');
  http.set('etag', false);
  http.use(logRequests(deps.log));
  http.use(measureRequests(deps.metrics));
  http.use(helmet());
  http.use(serveProbes(checks, deps.metrics));
  http.use(serveDocs(createOpenApi(routes, deps.publicUrl)));
  http.use(receiveWebhooks(deps, group));
  http.use('/v1', mountRoutes(deps, routes));
  http.use(unknownRoute);
  http.use(answerErrors);

  return {
    http,
    async settled() {
      await group.idle();
      await deps.waker.stop();
    },
  };
}
