/** API and workers die while people take connections through their six steps. */
import { compareLaunched, compareNothing } from '../end-of-onboarding.ts';
import type { Lab, NamedPoint } from '../lab.ts';
import {
  begin,
  bringTo,
  confirm,
  confirmedSteps,
  createOnboarder,
  findConnection,
  steps,
  take,
  type Onboarder,
  type Step,
} from '../onboarder.ts';
import { insist } from '../person.ts';
import { nothing, together, type Findings, type Scenario } from '../scenario.ts';

type PointOf = (person: Onboarder) => NamedPoint;

const audit =
  (of: NamedPoint['of'], action: string): PointOf =>
  ({ companyId }) => ({
    of,
    part: 'app',
    statement: new RegExp(`^INSERT INTO audit_log [^]*'${companyId}'[^]*'${action}'`),
    hold: 'after',
    commit: true,
  });
const insert =
  (table: string, hold: NamedPoint['hold']): PointOf =>
  ({ connectionId }) => ({
    of: 'workers',
    part: 'app',
    statement: new RegExp(`^INSERT INTO ${table} [^]*'${connectionId}'`),
    hold,
  });

interface Moment {
  step: Step | 'begin';
  point: PointOf;
}
const launchState = audit('workers', 'connection.state');

/** In the middle of steps, in their order. */
const moments: Record<string, Moment> = {
  'with a connection made, and no workflow for it': { step: 'begin', point: audit('api', 'connection.create') },
  'with credentials staged, and nobody told': { step: 'access', point: audit('api', 'credentials.stage') },
  'with the access step told in the audit log, and not confirmed': {
    step: 'access',
    point: audit('workers', 'onboarding.access'),
  },
  'with an account made, and no jobs': { step: 'records', point: insert('integration_sync_jobs', 'before') },
  'with jobs made, and credentials not in force': {
    step: 'records',
    point: insert('integration_sync_jobs', 'after'),
  },
  'with a mapping published, and its sample not read': {
    step: 'mapping',
    point: audit('workers', 'mapping.publish'),
  },
  'in the middle of the test run': { step: 'test-run', point: insert('messages', 'after') },
  'with a baseline, and no card': { step: 'baseline', point: insert('portal_cards', 'before') },
  'with Schedules made, and the connection not active': {
    step: 'launch',
    point: (person) => ({ ...launchState(person), hold: 'before' }),
  },
  'with the connection active, and no connector': { step: 'launch', point: launchState },
  'with the connector started, and the launch not confirmed': {
    step: 'launch',
    point: audit('workers', 'onboarding.launch'),
  },
};

const inTheMiddle = Object.entries(moments).map(([where, { step, point }]): Scenario => ({
  name: `onboarding: API and workers killed ${where}`,
  // Twice: one person goes on, and one gives up.
  times: { short: 0, full: 2 },
  async inject(lab, count) {
    const people = await Promise.all(
      Array.from({ length: count }, async () => {
        const person = await createOnboarder(lab);
        if (step !== 'begin') await bringTo(lab, person, step);
        return person;
      }),
    );
    for (const person of people) {
      const at = point(person);
      await lab.killAt(at, () => (step === 'begin' ? begin(lab, person) : take(lab, person, step)));
      await killBoth(lab);
    }
    return {
      injected: count,
      async settle() {
        const ends = people.map(async (person, index) => {
          if (step === 'begin') await findConnection(lab, person);
          return index % 2 === 0 ? goesOn(lab, person) : cancels(lab, person);
        });
        return together(await Promise.all(ends));
      },
    };
  },
}));

const betweenSteps: Scenario = {
  name: 'onboarding: API and workers killed after each of the six steps',
  // Twice, so that each step is given up once and gone on from once.
  times: { short: 0, full: 2 },
  async inject(lab, times) {
    const all: { person: Onboarder; done: number; gives: boolean }[] = [];
    for (let time = 0; time < times; time += 1) {
      const begun = steps.map(async (_, index) => {
        const person = await createOnboarder(lab);
        await bringTo(lab, person, steps[index + 1]);
        return { person, done: index + 1, gives: (index + time) % 2 === 1 };
      });
      all.push(...(await Promise.all(begun)));
      await killBoth(lab);
    }
    return {
      injected: times * steps.length,
      async settle() {
        const ends = all.map(async ({ person, done, gives }) => {
          const confirmed = await confirmedSteps(lab, person);
          const findings = gives && done < steps.length ? await cancels(lab, person) : await goesOn(lab, person);
          if (confirmed !== done)
            findings.lost.push(`${person.connectionId} had ${done} steps confirmed, and ${confirmed} after the kill.`);
          return findings;
        });
        return together(await Promise.all(ends));
      },
    };
  },
};

export const onboardingScenarios: Scenario[] = [betweenSteps, ...inTheMiddle];

/** Whichever of them has died already. */
async function killBoth(lab: Lab): Promise<void> {
  await Promise.all([lab.api.kill(), lab.workers.kill()]);
  await Promise.all([lab.api.start(), lab.workers.start()]);
}

/** The person repeats the steps, the confirmed ones too, up to the launch. */
async function goesOn(lab: Lab, person: Onboarder): Promise<Findings> {
  await confirm(lab, person, steps);
  return compareLaunched(lab, person);
}

/** The person gives it up. What was launched meanwhile says so, and is whole; all else leaves nothing. */
async function cancels(lab: Lab, person: Onboarder): Promise<Findings> {
  const path = `/connections/${person.connectionId}/onboarding/cancel`;
  const { status, body } = await insist(lab, person, path, { reason: 'Another provider' });
  if (status === 409) return goesOn(lab, person);
  // 404: an earlier cancel went through, and its answer was lost.
  if (status === 200 || status === 404) return compareNothing(lab, person);
  return { ...nothing(1), stuck: [`The cancel of ${person.connectionId} was answered ${status}: ${body.error?.message}`] };
}
