/** The network between each pair: broken, silent, or slow. */
import type { Way } from '../../harness/stack.ts';
import type { Injection } from './injection.ts';

const ways: Record<string, Way> = {
  'API and app database': { from: 'api', to: 'app' },
  'API and traffic database': { from: 'api', to: 'traffic' },
  'API and Temporal': { from: 'api', to: 'temporal' },
  'worker and app database': { from: 'workers', to: 'app' },
  'worker and traffic database': { from: 'workers', to: 'traffic' },
  'worker and Temporal': { from: 'workers', to: 'temporal' },
  'worker and provider': { from: 'workers', to: 'provider' },
  'provider and API': { from: 'provider', to: 'api' },
};

const slowMs = 150;

/** First all connections break and none can be made; then packets are lost and nobody is told. */
const cut = (between: string, way: Way): Injection => ({
  name: `network cut: ${between}`,
  times: 2,
  forMs: [2_000, 7_000],
  async begin(lab, time) {
    const link = lab.link(way);
    if (time % 2 === 0) link.cut();
    else link.silence();
    return async () => link.mend();
  },
});

const slow = (between: string, way: Way): Injection => ({
  name: `network slow by ${slowMs} ms: ${between}`,
  times: 1,
  forMs: [5_000, 8_000],
  async begin(lab) {
    const link = lab.link(way);
    link.slow(slowMs);
    return async () => link.mend();
  },
});

export const networkInjections: Injection[] = [cut, slow].flatMap((kind) =>
  Object.entries(ways).map(([between, way]) => kind(between, way)),
);
