/**
 * Runs JSONata expressions in a process of their own, which is ended when a record takes too long and dies alone of too much memory.
 * Nothing less holds: a regular expression cannot be interrupted, and a thread that runs out of memory takes its process with it.
 * One such process for each of ours; batches take turns.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Computed } from '../domain/compile-mapping.ts';
import { expressionLimits, untried } from './expression-limits.ts';

const { hardMs, memoryMiB, strikesMax } = expressionLimits;

let runner: Promise<ChildProcess> | undefined;
let turn: Promise<unknown> = Promise.resolve();

/** For each record the value of each expression, in their order, or why it has none. Never throws for what an expression does. */
export function evaluate(expressions: string[], raws: readonly unknown[]): Promise<Computed[][]> {
  const mine = turn.then(() => evaluateAll(expressions, raws));
  turn = mine.catch(() => undefined);
  return mine;
}

async function evaluateAll(expressions: string[], raws: readonly unknown[]): Promise<Computed[][]> {
  const answers: Computed[][] = [];
  for (let strikes = 0; answers.length < raws.length;) {
    const fault =
      strikes === strikesMax
        ? untried
        : await answerRest(expressions, raws.slice(answers.length), (computed) => void answers.push(computed));
    if (fault === undefined) continue;
    if (fault !== untried) strikes += 1;
    answers.push(expressions.map(() => ({ fault })));
  }
  return answers;
}

/** Until all are answered, or the process has been ended because of the next one: then answers why. */
async function answerRest(
  expressions: string[],
  raws: readonly unknown[],
  take: (computed: Computed[]) => void,
): Promise<string | undefined> {
  const child = await liveRunner();
  hold(child, true);
  const fault = await new Promise<string | undefined>((resolve) => {
    let left = raws.length;
    const end = (why?: string) => {
      clearTimeout(timer);
      child.removeAllListeners('message').removeAllListeners('exit');
      resolve(why);
    };
    const timer = setTimeout(() => end(`ran for more than ${hardMs} ms`), hardMs);
    child.on('message', (computed) => {
      take(computed as Computed[]);
      timer.refresh();
      left -= 1;
      if (left === 0) end();
    });
    child.on('exit', () => end('needs too much memory'));
    child.send({ expressions, raws }, () => undefined); // a process that has just ended is told by its exit
  });
  if (fault === undefined) hold(child, false);
  else {
    runner = undefined;
    child.kill('SIGKILL');
  }
  return fault;
}

/** One that somebody ended while it was idle is replaced. */
async function liveRunner(): Promise<ChildProcess> {
  runner ??= startRunner();
  try {
    const child = await runner;
    return child.connected ? child : await (runner = startRunner());
  } catch (error) {
    runner = undefined;
    throw error;
  }
}

/** Answers when it is ready for batches: its start is no record's time. It has no secrets: its environment is empty. */
function startRunner(): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('expression-process.ts', import.meta.url)), {
    execArgv: [`--max-old-space-size=${memoryMiB}`, '--disable-warning=ExperimentalWarning'],
    env: {},
    serialization: 'advanced',
    stdio: 'ignore',
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.once('exit', (code) => reject(new Error(`The process for expressions ended at its start, with ${code}.`)));
    child.once('message', () => {
      child.removeAllListeners('exit');
      resolve(child);
    });
  });
}

/** Whether our process stays up for it: only while it is at work. */
function hold(child: ChildProcess, atWork: boolean): void {
  for (const one of [child, child.channel]) {
    if (atWork) one?.ref();
    else one?.unref();
  }
}
