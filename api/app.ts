import type { RequestListener } from 'node:http';
import express from 'express';
import helmet from 'helmet';
import { serveConsole } from './console.ts';
import { allowOrigins } from './cors.ts';
import { declareRowGauges } from '../telemetry/row-gauges.ts';
import type { Deps } from './deps.ts';
import { serveDocs } from './docs.ts';
import { answerErrors, isOutage, unknownRoute } from './errors.ts';
import { createFollowers } from './followers.ts';
import { logRequests } from './log.ts';
import { createOpenApi } from './openapi.ts';
import { serveProbes, type Checks } from './probes.ts';
import { measureRequest } from './measure-requests.ts';
import { rowGauges } from './row-gauges.ts';
import { routes } from './routes/index.ts';
import { mountRoutes } from './serve.ts';
import { serveSignIn } from './sessions/serve.ts';
import { serveConsents } from './consents/serve.ts';
import { createGroup } from './webhooks/group.ts';
import { repliesPath, serveSmsReplies } from './webhooks/sms-replies.ts';
import { receiveWebhooks, type EventRow } from './webhooks/receive.ts';

/** The HTTP application, and a way to wait until everything it has accepted is committed and told. */
export interface App {
  http: RequestListener;
  /** Ends the answers that go on and on, so that the server can close. */
  hangUp(): void;
  settled(): Promise<void>;
}

export function createApp(given: Omit<Deps, 'followers'>, checks: Checks): App {
  const deps: Deps = { ...given, followers: createFollowers() };
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
  declareRowGauges(deps.metrics.registry, rowGauges, deps);
  app.use(serveProbes(checks, deps.metrics.registry));
  app.use(serveDocs(createOpenApi(routes, deps.publicUrl)));
  app.use('/oauth', serveConsents(deps));
  app.use(repliesPath, serveSmsReplies(deps));
  app.use('/v1/temporal/codec', allowOrigins([new URL(deps.temporalUiUrl).origin]));
  app.use('/v1/session', serveSignIn(deps));
  app.use('/v1', allowOrigins(deps.corsOrigins), mountRoutes(deps, routes));
  const pages = serveConsole(deps);
  if (pages) app.use(pages);
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
    hangUp: () => deps.followers.hangUp(),
    async settled() {
      await group.idle();
      await deps.waker.stop();
      await deps.pushWaker.stop();
    },
  };
}
