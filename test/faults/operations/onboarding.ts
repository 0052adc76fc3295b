/** Six people, each at another step of the onboarding, who go on to its end. */
import { compareLaunched } from '../end-of-onboarding.ts';
import { bringTo, confirm, createOnboarder, steps } from '../onboarder.ts';
import { together } from '../scenario.ts';
import type { Operation } from './operation.ts';

/** Between two steps a person reads, so that a fault finds most of them in the middle. */
const readsForMs = 2_500;

export const onboarding: Operation = {
  name: 'onboarding',
  async prepare(lab) {
    const people = await Promise.all(
      steps.map(async (step, index) => {
        const person = await createOnboarder(lab);
        await bringTo(lab, person, step);
        return { person, done: index };
      }),
    );
    const going: Promise<void>[] = [];
    return {
      async run(turn) {
        going.push(
          ...people.map(async (each) => {
            for (; each.done < steps.length; each.done += 1) {
              await turn.rest(readsForMs);
              await confirm(lab, each.person, [steps[each.done]!], 'stubborn');
            }
          }),
        );
        for (const each of going) each.catch(() => undefined); // told when it is awaited
        await turn.rest(Number.MAX_SAFE_INTEGER);
      },
      phase: () => people.map(({ done }) => steps[done] ?? 'launched').join(', '),
      async settle() {
        await Promise.all(going);
        return together(await Promise.all(people.map(({ person }) => compareLaunched(lab, person))));
      },
    };
  },
};
