/** The long-running processes that we start: logs, readiness, restarts, and an end in reverse order of exactly what we started. */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from './identity.mjs';
import { signalGroup } from './run.mjs';
import { readable } from './readable.mjs';
import { SetupError, duration, say } from './say.mjs';

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const lastLinesMax = 20;
/** A process that dies again and again within the window is given up. */
const restartsMax = 5;
const restartWindowMs = 5 * 60_000;

/**
 * `onChange` hears the list of what runs whenever it changes; `onGiveUp` hears a sentence when something we need is gone for good.
 */
export function createProcesses({ logFolder, onChange = () => undefined, onGiveUp = () => undefined }) {
  mkdirSync(logFolder, { recursive: true });
  const started = [];
  let stopping;

  function launch(entry) {
    const { name, command, args = [], env = process.env, cwd, shown = false } = entry;
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const log = createWriteStream(join(logFolder, `${name}.log`), { flags: entry.child ? 'a' : 'w' });
    entry.child = child;
    entry.lastLines = [];
    entry.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code, signal) => resolve(signal ? `ended by ${signal}` : `exit code ${String(code)}`));
    });
    let rest = '';
    const hear = (chunk) => {
      log.write(chunk);
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        const words = readable(line);
        if (words) entry.lastLines = [...entry.lastLines, words].slice(-lastLinesMax);
        if (entry.readyLine?.test(line)) entry.sawReadyLine = true;
        if (words && shown && entry.isReady && !stopping) say(`${name.padEnd(8)}| ${words}`);
      }
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    entry.ended.then((how) => {
      log.end();
      entry.isRunning = false;
      if (!stopping && entry.isReady) afterDeath(entry, how).catch((error) => onGiveUp(error.message));
    });
    entry.isRunning = true;
    onChange(running());
  }

  const running = () =>
    started
      .filter(({ isRunning, child }) => isRunning && child.pid)
      .map(({ name, child: { pid } }) => ({ name, pid, identity: processIdentity(pid) }));

  async function untilReady(entry) {
    const { name, isUp = () => entry.sawReadyLine, readyWithinMs = 60_000 } = entry;
    let how = '';
    entry.ended.then((ending) => {
      how = ending;
    });
    const begun = Date.now();
    while (!(await isUp())) {
      if (stopping) throw new SetupError('Stopped.');
      if (how) throw new SetupError(`${name} did not start (${how}). ${lastWords(entry)}`);
      if (Date.now() - begun > readyWithinMs)
        throw new SetupError(`${name} is not ready after ${duration(readyWithinMs)}. ${lastWords(entry)}`);
      await wait(50);
    }
    await entry.onReady?.();
    entry.isReady = true;
  }

  function lastWords({ name, lastLines }) {
    const log = `Its log: ${join(logFolder, `${name}.log`)}`;
    if (lastLines.length === 0) return `It gave no warning. ${log}`;
    return `Its last warnings:\n${lastLines.map((line) => `    ${line}`).join('\n')}\n${log}`;
  }

  async function afterDeath(entry, how) {
    entry.isReady = false;
    say(`\n${entry.name} died (${how}). ${lastWords(entry)}`);
    const now = Date.now();
    entry.restarts = [...(entry.restarts ?? []).filter((at) => now - at < restartWindowMs), now];
    if (!entry.restart || entry.restarts.length > restartsMax) {
      const times = entry.restart ? ` ${restartsMax + 1} times within ${duration(restartWindowMs)}` : '';
      return onGiveUp(`${entry.name} died${times}; nothing works without it. Its log: ${join(logFolder, `${entry.name}.log`)}`);
    }
    const pauseMs = 500 * 2 ** (entry.restarts.length - 1);
    say(`${entry.name} is started again in ${duration(pauseMs)}.\n`);
    await wait(pauseMs);
    if (stopping) return;
    entry.sawReadyLine = false;
    launch(entry);
    try {
      await untilReady(entry);
    } catch (error) {
      if (stopping) return;
      await end(entry);
      return afterDeath(entry, error.message);
    }
    say(`${entry.name} is back.`);
  }

  async function end(entry) {
    if (!entry.isRunning) return;
    const { name, child, graceMs = 15_000, stop } = entry;
    if (stop) await stop();
    else signalGroup(child.pid, 'SIGTERM');
    const timer = setTimeout(() => {
      say(`  ${name} did not stop within ${duration(graceMs)}: it is ended by force.`);
      signalGroup(child.pid, 'SIGKILL');
    }, graceMs);
    await entry.ended;
    clearTimeout(timer);
  }

  return {
    /**
     * `entry`: name, command, args, env, cwd; `shown` prints what is notable; ready when `isUp()` says so or a line matches `readyLine`;
     * `onReady()` then runs, after a restart too; `restart` when it may be started again; `graceMs` from SIGTERM to SIGKILL.
     */
    async start(entry) {
      if (stopping) throw new SetupError('Stopped.');
      started.push(entry);
      launch(entry);
      await untilReady(entry);
    },
    /** In reverse order of starting, one after the other. Asking again answers the same stop. */
    stop({ isQuiet = false } = {}) {
      stopping ??= (async () => {
        for (const entry of started.toReversed()) {
          if (entry.isRunning && !isQuiet) say(`  stopping ${entry.name}`);
          await end(entry);
        }
        onChange([]);
      })();
      return stopping;
    },
  };
}
