import type { Deps } from '../../deps.ts';
import type { Caller } from '../../locals.ts';
import { progressOf, progressSchema, type Progress } from '../../onboarding-progress.ts';
import { route } from '../../route.ts';
import { isStillIn } from '../../still-in.ts';

const permission = 'connection.read';

export const followProgress = route({
  method: 'get',
  path: '/connections/:connectionId/onboarding/stream',
  permission,
  summary: 'The same as server-sent events: now, and whenever it changes, until the onboarding ends',
  answer: progressSchema,
  events: true,
  refusals: [503, 504],
  async handle({ deps, caller, found: { connection }, gone }) {
    const told = deps.followers.follow({
      thing: `onboarding ${connection.id}`,
      look: () => progressOf(deps, connection),
      who: caller.actor,
      gone,
    });
    return untilItEnds(deps, caller, told);
  },
});

/** Before each word the caller's right to it is looked at anew: a page may be left open for days. */
async function* untilItEnds(deps: Deps, caller: Caller, told: AsyncIterable<Progress | null>): AsyncGenerator<Progress | null> {
  for await (const progress of told) {
    if (!(await isStillIn(deps, caller, permission))) return;
    yield progress;
    if (progress && (progress.cancelled || progress.next === null)) return;
  }
}
