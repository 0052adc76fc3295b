/** Runs a program to its end. */
import { spawn } from 'node:child_process';
import { SetupError } from './say.mjs';

const unfinished = new Set();
let stopped = false;

/** Ends what `run` has under way and lets nothing new begin; at Ctrl-C. */
export function stopRuns() {
  stopped = true;
  for (const child of unfinished) signalGroup(child.pid, 'SIGTERM');
}

/** A child is the leader of its own group: Ctrl-C reaches us alone, and a signal to the group reaches what the child started. */
export function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Answers `{ code, output }`; output is stdout and stderr as they came. `onLine` hears each line. A failure to start is code 127.
 */
export function run(command, args, { onLine = () => undefined, timeoutMs, show = false, ...options } = {}) {
  if (stopped) return Promise.reject(new SetupError('Stopped.'));
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
      detached: true,
      ...options,
    });
    unfinished.add(child);
    let output = '';
    const hear = (chunk) => {
      output += chunk;
      const line = String(chunk).trimEnd().split('\n').at(-1);
      if (line) onLine(line);
    };
    child.stdout?.setEncoding('utf8').on('data', hear);
    child.stderr?.setEncoding('utf8').on('data', hear);
    const timer = timeoutMs && setTimeout(() => signalGroup(child.pid, 'SIGKILL'), timeoutMs);
    const finish = (code) => {
      clearTimeout(timer);
      unfinished.delete(child);
      resolve({ code, output });
    };
    child.on('error', (error) => {
      output += error.message;
      finish(127);
    });
    child.on('close', (code, signal) => finish(code ?? `ended by ${signal}`));
  });
}

/** Like `run`, and a failure is a `SetupError` with the last lines of the output. */
export async function mustRun(command, args, options) {
  const { code, output } = await run(command, args, options);
  if (code === 0) return output;
  if (stopped) throw new SetupError('Stopped.');
  throw new SetupError(
    `\`${[command, ...args].join(' ')}\` failed (${code}):\n${output.trimEnd().split('\n').slice(-40).join('\n')}`,
  );
}
