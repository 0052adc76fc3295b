/** The worker dies while it pulls pages. */
import { connect, type Launched } from '../../harness/scene.ts';
import { commandsOf } from '../../harness/connector.ts';
import type { NamedPoint } from '../lab.ts';
import { fillAccount, mirrored } from '../mirror.ts';
import { together, type Scenario } from '../scenario.ts';

const of = { of: 'workers', part: 'app' } as const;
const points: Record<string, NamedPoint> = {
  'in the middle of a page': { ...of, statement: /^INSERT INTO messages /, hold: 'after' },
  'between a page and its cursor': { ...of, statement: /^UPDATE integration_sync_jobs SET next_cursor/, hold: 'before' },
  'with a page committed and unanswered': {
    ...of,
    statement: /^UPDATE integration_sync_jobs SET next_cursor/,
    hold: 'after',
    commit: true,
  },
};

/** Two pages and a half, so that a page lies before the kill and one after it. */
const messages = 2_500;

export const syncScenarios: Scenario[] = Object.entries(points).map(([where, point]) => ({
  name: `worker killed ${where}`,
  times: { short: where.startsWith('between') ? 1 : 0, full: 4 },
  async inject(lab, times) {
    const broken: Launched[] = [];
    for (let time = 0; time < times; time += 1) {
      const launched = await connect(lab, { messages: 0 });
      await fillAccount(lab, launched, messages);
      await lab.killAt({ ...point, skip: time % 2 }, () => commandsOf(lab, launched).syncNow('messages'));
      await lab.workers.start();
      broken.push(launched);
    }
    return {
      injected: times,
      settle: async () => together(await Promise.all(broken.map((launched) => mirrored(lab, launched)))),
    };
  },
}));
