/**
 * `npm start`: everything that Linkwright needs on one machine, started in order and ended in reverse by Ctrl-C. Data stays in
 * `.linkwright/`, or where LINKWRIGHT_HOME says. `--no-sandbox` leaves the sandbox out: providers then speak to the vendors.
 */
import { join } from 'node:path';
import { startEngine } from './setup/engine.mjs';
import { takeLock } from './setup/lock.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { home } from './setup/paths.mjs';
import { createProcesses } from './setup/processes.mjs';
import { stopRuns } from './setup/run.mjs';
import { duration, say, SetupError } from './setup/say.mjs';

const started = Date.now();
let lock;
let exitCode;
const processes = createProcesses({
  logFolder: join(home, 'logs'),
  onChange: (list) => lock?.setProcesses(list),
  onGiveUp: (sentence) => {
    say(`\n${sentence}`);
    stop(1);
  },
});

/** Whoever asks first decides the exit code; npm hands on a Ctrl-C that the terminal has already given us. */
function stop(code) {
  if (exitCode !== undefined) return;
  exitCode = code;
  say('\nStopping what was started here …');
  stopRuns();
  processes
    .stop()
    .catch((error) => say(error.message))
    .finally(() => {
      lock?.release();
      say('Stopped. The data stays.');
      process.exit(exitCode);
    });
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(0));

try {
  lock = await takeLock(home);
  say('Starting Linkwright');
  await ensurePackages();
  const addresses = await startEngine(processes, { withSandbox: !process.argv.includes('--no-sandbox') });
  lock.setAddresses(addresses);
  const width = Math.max(...addresses.map(({ name }) => name.length));
  say(`\nLinkwright is ready, after ${duration(Date.now() - started)}.\n`);
  for (const { name, url } of addresses) say(`  ${name.padEnd(width + 2)}${url}`);
  say('\n  Walk through the whole story: npm run demo     Stop: Ctrl-C\n');
} catch (error) {
  if (exitCode === undefined) {
    say(`\n${error instanceof SetupError ? error.message : error.stack}`);
    if (lock) stop(1);
    else process.exit(1);
  }
}
