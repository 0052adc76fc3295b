import express, { type Router } from 'express';
import type { HealthStore } from '../db/app/stores/health.ts';
import type { Metrics } from './metrics.ts';

/** Each resolves when its part answers. */
export interface Checks {
  appDatabase(): Promise<unknown>;
  trafficDatabase(): Promise<unknown>;
  temporal(): Promise<unknown>;
}

const checkWithinMs = 2_000;

const words: Record<keyof Checks, string> = {
  appDatabase: 'The app database does not answer.',
  trafficDatabase: 'The traffic database does not answer.',
  temporal: 'Temporal does not answer.',
};

/** `/healthz`: the process lives. `/readyz`: what it needs answers. `/metrics`: for Prometheus. */
export function serveProbes(checks: Checks, metrics: Metrics, health: Pick<HealthStore, 'countStale'>): Router {
  const router = express.Router();
  router.get('/healthz', (_request, response) => void response.json({ status: 'alive' }));
  router.get('/readyz', async (_request, response) => {
    const names = Object.keys(words) as (keyof Checks)[];
    const answers = await Promise.all(names.map((name) => answersInTime(checks[name])));
    const missing = names.filter((_, index) => !answers[index]).map((name) => words[name]);
    if (missing.length === 0) response.json({ status: 'ready' });
    else response.status(503).json({ status: 'not ready', missing });
  });
  router.get('/metrics', async (_request, response) => {
    metrics.staleConnections.set(await health.countStale(new Date()).catch(() => NaN));
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return router;
}

async function answersInTime(check: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), checkWithinMs);
  });
  try {
    return await Promise.race([
      check().then(
        () => true,
        () => false,
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
