/** One `npm start` for each data folder, and recovery after one that was killed. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSameProcess, processIdentity } from './identity.mjs';
import { signalGroup } from './run.mjs';
import { SetupError, say } from './say.mjs';

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Answers the lock, or throws when another start holds it. What a killed start left running is ended first. */
export async function takeLock(home) {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const path = join(home, 'running.json');
  const content = { pid: process.pid, identity: processIdentity(process.pid), addresses: [], processes: [] };

  for (;;) {
    try {
      writeFileSync(path, JSON.stringify(content), { flag: 'wx', mode: 0o600 });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST')
        throw new SetupError(`${home} cannot be written (${error.code}): give another folder with LINKWRIGHT_HOME.`);
    }
    const holder = read(path);
    if (holder && isSameProcess(holder)) throw new SetupError(whoRuns(holder, home));
    await recover(holder);
    rmSync(path, { force: true });
  }

  const save = () => {
    writeFileSync(`${path}.new`, JSON.stringify(content), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  };
  return {
    setProcesses(processes) {
      content.processes = processes;
      save();
    },
    setAddresses(addresses) {
      content.addresses = addresses;
      save();
    },
    release: () => rmSync(path, { force: true }),
  };
}

/** A lock that was cut off while it was written tells nothing. */
function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function whoRuns({ pid, addresses }, home) {
  const lines = addresses.map(({ name, url }) => `  ${name.padEnd(14)}${url}`);
  const where = lines.length > 0 ? `:\n${lines.join('\n')}` : ', still starting.';
  return `Linkwright runs already from ${home} (process ${pid})${where}\nStop it with Ctrl-C where it was started, or give this one its own folder with LINKWRIGHT_HOME.`;
}

async function recover(holder) {
  const left = (holder?.processes ?? []).filter(isSameProcess);
  if (left.length === 0) return;
  say(`  The last start was killed; ending what it left: ${left.map(({ name }) => name).join(', ')}`);
  for (const process of left.toReversed()) {
    signalGroup(process.pid, 'SIGTERM');
    for (let waited = 0; isSameProcess(process); waited += 100) {
      if (waited === 15_000) signalGroup(process.pid, 'SIGKILL');
      if (waited > 20_000)
        throw new SetupError(`${process.name} (process ${process.pid}) of the last start does not end: end it by hand.`);
      await wait(100);
    }
  }
}
