import express, { type Router } from 'express';
import { Gauge, type Registry } from 'prom-client';

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
export function serveProbes(checks: Checks, registry: Registry): Router {
  const router = express.Router();
  declareUp(registry, checks);
  router.get('/healthz', (_request, response) => void response.json({ status: 'alive' }));
  router.get('/readyz', async (_request, response) => {
    const names = Object.keys(words) as (keyof Checks)[];
    const answers = await Promise.all(names.map((name) => answersInTime(checks[name])));
    const missing = names.filter((_, index) => !answers[index]).map((name) => words[name]);
    if (missing.length === 0) response.json({ status: 'ready' });
    else response.status(503).json({ status: 'not ready', missing });
  });
  router.get('/metrics', async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });
  return router;
}

/** What `/readyz` says, as a number for alerts. */
function declareUp(registry: Registry, checks: Checks): void {
  const labels: Record<keyof Checks, string> = {
    appDatabase: 'app_database',
    trafficDatabase: 'traffic_database',
    temporal: 'temporal',
  };
  const up = new Gauge({
    name: 'linkwright_dependency_up',
    help: 'Whether what the API needs answers: 1, or 0 when it did not within two seconds.',
    labelNames: ['dependency'],
    registers: [],
    async collect() {
      const names = Object.keys(labels) as (keyof Checks)[];
      const answers = await Promise.all(names.map((name) => answersInTime(checks[name])));
      for (const [index, name] of names.entries()) this.set({ dependency: labels[name] }, answers[index] ? 1 : 0);
    },
  });
  registry.registerMetric(up);
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
