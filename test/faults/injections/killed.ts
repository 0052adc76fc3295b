/** Processes and servers that are gone, and come back. */
import type { Service } from '../../harness/service.ts';
import type { Lab } from '../lab.ts';
import type { Injection } from './injection.ts';

const killed = (
  name: string,
  services: (lab: Lab) => Service[],
  { restarts, forMs = [1_000, 8_000] }: Partial<Pick<Injection, 'restarts' | 'forMs'>> = {},
): Injection => ({
  name,
  times: 2,
  forMs,
  ...(restarts && { restarts }),
  async begin(lab) {
    await Promise.all(services(lab).map((service) => service.kill('SIGKILL')));
    return () => Promise.all(services(lab).map((service) => service.start()));
  },
});

export const killedInjections: Injection[] = [
  killed('worker killed', ({ workers }) => [workers], { restarts: true, forMs: [200, 4_000] }),
  killed('API killed', ({ api }) => [api], { restarts: true, forMs: [200, 4_000] }),
  killed('MySQL killed, both servers', ({ mysql }) => [mysql.app, mysql.traffic]),
  killed('traffic database alone killed', ({ mysql }) => [mysql.traffic]),
  killed('Temporal killed', ({ temporal }) => [temporal]),
];
