/** One process of a stack: started, killed and started again at will, with what it printed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ServiceOptions {
  name: string;
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Ready when this says so, or when it prints a line like `readyLine`. */
  isUp?: () => Promise<boolean> | boolean;
  readyLine?: RegExp;
  /** Runs after each start. */
  onReady?: () => Promise<void>;
  readyWithinMs?: number;
}

export interface Service {
  readonly name: string;
  /** Of the running process, or of the last one. */
  readonly pid: number;
  readonly isRunning: boolean;
  /** What it printed since it was first started, without the lines that fell out at the front. */
  readonly lines: readonly string[];
  /** Resolves when it is ready. `env` is added to what it was given, from this start on. */
  start(env?: NodeJS.ProcessEnv): Promise<void>;
  /** Ends it by this signal and waits until it is gone; SIGKILL when nothing else is said. Harmless when it has ended. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Stops it where it is, as a machine under pressure does, and lets it go on. */
  freeze(): void;
  thaw(): void;
}

const linesMax = 20_000;
const running = new Set<ChildProcess>();
// A harness that dies must leave no process behind.
process.once('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL');
});

export function createService(options: ServiceOptions): Service {
  const { name, command, args, cwd, isUp, readyLine, onReady, readyWithinMs = 60_000 } = options;
  const lines: string[] = [];
  let env = options.env ?? process.env;
  let child: ChildProcess | undefined;

  function launch(): { started: ChildProcess; isReady: () => Promise<boolean> | boolean } {
    let sawReadyLine = false;
    // The leader of its own group: a Ctrl-C at the terminal reaches the harness alone, which then ends it in order.
    const started = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    running.add(started);
    started.once('close', () => running.delete(started));
    started.once('error', (error) => lines.push(error.message));
    for (const stream of [started.stdout, started.stderr]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        const parts = (rest + chunk).split('\n');
        rest = parts.pop()!;
        for (const line of parts) sawReadyLine ||= readyLine?.test(line) ?? false;
        lines.push(...parts);
        if (lines.length > linesMax) lines.splice(0, lines.length - linesMax);
      });
    }
    return { started, isReady: isUp ?? (() => sawReadyLine) };
  }

  return {
    name,
    lines,
    get pid() {
      return child?.pid ?? 0;
    },
    get isRunning() {
      return child !== undefined && running.has(child);
    },

    async start(more) {
      if (child && running.has(child)) throw new Error(`${name} runs already.`);
      env = { ...env, ...more };
      const { started, isReady } = launch();
      child = started;
      const until = Date.now() + readyWithinMs;
      while (!(await isReady())) {
        if (!running.has(started) || Date.now() > until)
          throw new Error(`${name} did not start. It said:\n${lines.slice(-20).join('\n')}`);
        await sleep(25);
      }
      await onReady?.();
    },

    async kill(signal = 'SIGKILL') {
      if (!child || !running.has(child)) return;
      const closed = once(child, 'close');
      signalGroup(child, signal);
      await closed;
    },
    freeze: () => child && signalGroup(child, 'SIGSTOP'),
    thaw: () => child && signalGroup(child, 'SIGCONT'),
  };
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}
