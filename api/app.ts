import type { RequestListener } from 'node:http';
import express from 'express';
import helmet from 'helmet';
import { allowOrigins } from './cors.ts';
import type { Deps } from './deps.ts';
import { serveDocs } from './docs.ts';
import { answerErrors, isOutage, unknownRoute } from './errors.ts';
import { logRequests } from './log.ts';
import { createOpenApi } from './openapi.ts';
import { serveProbes, type Checks } from './probes.ts';
import { measureRequest } from './measure-requests.ts';
import { routes } from './routes/index.ts';
import { mountRoutes } from './serve.ts';
import { serveConsents } from './consents/serve.ts';
import { createGroup } from './webhooks/group.ts';
import { receiveWebhooks, type EventRow } from './webhooks/receive.ts';

/** The HTTP application, and a way to wait until everything it has accepted is committed and told. */
export interface App {
  http: RequestListener;
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

  const app = express();
  app.set('query parser', 'simple');
  app.set('etag', false);
  app.set('trust proxy', deps.trustProxy);
  app.use(helmet());
  app.use(serveProbes(checks, deps.metrics, deps.stores.health));
  app.use(serveDocs(createOpenApi(routes, deps.publicUrl)));
  app.use('/oauth', serveConsents(deps));
  app.use('/v1/temporal/codec', allowOrigins([new URL(deps.temporalUiUrl).origin]));
  app.use('/v1', allowOrigins(deps.corsOrigins), mountRoutes(deps, routes));
  app.use(unknownRoute);
  app.use(answerErrors);

  const logRequest = logRequests(deps.log);
  const receive = receiveWebhooks(deps, group, app);
  return {
    http(request, response) {
      logRequest(request, response);
      measureRequest(deps.metrics, request, response);
      receive(request, response);
    },
    async settled() {
      await group.idle();
      await deps.waker.stop();
    },
  };
}
