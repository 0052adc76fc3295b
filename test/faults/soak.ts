/**
 * Everything at once for a long time, twenty events a second among it, while faults come at random. API and workers are killed in the
 * first third alone, so that the processes of the rest show what their memory does.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { injections } from './injections/index.ts';
import { trafficMib } from './injections/disk.ts';
import type { Injection } from './injections/injection.ts';
import { brokenInvariants } from './invariants.ts';
import { startLab, type Lab } from './lab.ts';
import { residentMib, trendOf, type Sample, type Trend } from './memory.ts';
import { firstSync } from './operations/first-sync.ts';
import { operations } from './operations/index.ts';
import { onboarding } from './operations/onboarding.ts';
import type { Underway } from './operations/operation.ts';
import { seeded } from './random.ts';
import { prepareAll, startTurn, wordsOf, type Prepared } from './round.ts';
import { nothing, together, type Findings } from './scenario.ts';

/** These come to an end: they begin anew with each leg, in a moment of calm. */
const ofALeg = [firstSync, onboarding];
const faultsOfALeg = 6;
const calmMs = [4_000, 15_000] as const;
const sampleEveryMs = 5_000;
const watched = ['api', 'workers'] as const;

export interface Soaked extends Findings {
  minutes: number;
  /** How often each fault came. */
  faults: Map<string, number>;
  memory: Record<(typeof watched)[number], Trend | null>;
}

export async function runSoak(minutes: number, seed: number, say: (sentence: string) => void): Promise<Soaked> {
  const random = seeded(seed);
  const lab = await startLab({ withLinks: true, trafficMib: 2 * trafficMib });
  const since = new Date();
  const memory = watchMemory(lab);
  const faults = new Map<string, number>();
  const running: Promise<void>[] = [];
  /** What could not be done to it: the rest goes on. */
  const broken: string[] = [];
  const { turn, end } = startTurn();
  const begin = (prepared: Prepared[]) => {
    running.push(...prepared.map(({ underway }) => underway.run(turn)));
    for (const each of running) each.catch(() => undefined); // told when it is awaited
    return prepared;
  };
  const anew = () =>
    prepareAll(lab, ofALeg).catch((error: unknown): Prepared[] => {
      broken.push(wordsOf(error));
      return [];
    });
  try {
    // Before the first scene is under way: none is slowed by another, and the minutes are those of faults.
    const all = begin(await prepareAll(lab, operations));
    const begun = Date.now();
    const shareNow = () => (Date.now() - begun) / (minutes * 60_000);
    for (let leg = 0; shareNow() < 1; leg += 1) {
      if (leg > 0) all.push(...begin(await anew()));
      for (let count = 0; count < faultsOfALeg && shareNow() < 1; count += 1) {
        await sleep(between(random, calmMs));
        const mayCome = injections.filter(({ restarts }) => !restarts || shareNow() < 1 / 3);
        const injection = mayCome[Math.floor(random() * mayCome.length)]!;
        try {
          await inject(lab, injection, random);
          faults.set(injection.name, (faults.get(injection.name) ?? 0) + 1);
        } catch (error) {
          broken.push(`"${injection.name}" could not be injected: ${wordsOf(error)}`);
        }
        say(`  ${((Date.now() - begun) / 60_000).toFixed(1)} min: ${injection.name}; ${memory.now()}`);
      }
    }
    end();
    const trends = memory.end();
    say('  all is calm: waiting for the recovery of the last');
    const settled = all.map(async ({ operation, underway }, place) => {
      const calmSince = Date.now();
      const findings = await settle(running[place]!, underway);
      say(`  ${operation.name} has settled after ${Math.round((Date.now() - calmSince) / 1_000)} s`);
      return { ...findings, stuck: findings.stuck.map((sentence) => `${operation.name}: ${sentence}`) };
    });
    const findings = together(await Promise.all(settled));
    findings.stuck.push(...broken, ...(await brokenInvariants(lab, since)));
    return { ...findings, minutes, faults, memory: trends };
  } finally {
    end();
    memory.end();
    await lab.stop();
  }
}

/** One that broke off is told of beside what is found. */
async function settle(running: Promise<void>, underway: Underway): Promise<Findings> {
  try {
    await running;
    return await underway.settle();
  } catch (error) {
    return { ...nothing(), stuck: [wordsOf(error)] };
  }
}

const between = (random: () => number, [least, most]: readonly [number, number]) => least + random() * (most - least);

async function inject(lab: Lab, injection: Injection, random: () => number): Promise<void> {
  const stop = await injection.begin(lab, Math.floor(random() * 2));
  await sleep(between(random, injection.forMs));
  await stop();
}

/** Of each, the process that ran last: those before it were killed. */
function watchMemory(lab: Lab) {
  const samples = new Map<number, Sample[]>();
  const begun = performance.now();
  const timer = setInterval(() => {
    for (const { isRunning, pid } of watched.map((name) => lab[name])) {
      if (!isRunning) continue;
      const own = samples.get(pid) ?? [];
      samples.set(pid, own);
      own.push({ atS: (performance.now() - begun) / 1_000, mib: residentMib(pid) });
    }
  }, sampleEveryMs);
  const of = (name: (typeof watched)[number]) => samples.get(lab[name].pid) ?? [];
  return {
    now: () => watched.map((name) => `${name} ${of(name).at(-1)?.mib.toFixed(0) ?? '?'} MiB`).join(', '),
    end() {
      clearInterval(timer);
      return Object.fromEntries(watched.map((name) => [name, trendOf(of(name))])) as Soaked['memory'];
    },
  };
}
