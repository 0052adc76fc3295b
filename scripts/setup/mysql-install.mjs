/** Installs MariaDB's programs by apt, as root on Debian and Ubuntu, without leaving Debian's own service running. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { aptGet } from './apt.mjs';
import { findProgram } from './paths.mjs';
import { run } from './run.mjs';
import { step } from './say.mjs';

export const canInstallMariaDb = () => process.getuid?.() === 0 && Boolean(findProgram('apt-get'));

/** apt's install scripts ask this file whether they may start a service; 101 means no. */
const policy = '/usr/sbin/policy-rc.d';

export async function installMariaDb() {
  const isOurs = !existsSync(policy);
  await step('Installing MariaDB (apt-get install mariadb-server), about a minute', async (progress) => {
    if (isOurs) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    try {
      await aptGet(['update', '-q'], progress);
      await aptGet(['install', '-y', '-q', '--no-install-recommends', 'mariadb-server'], progress);
    } finally {
      if (isOurs) rmSync(policy, { force: true });
    }
    // Where systemd runs, the package also asks to be started at the next boot.
    if (existsSync('/run/systemd/system')) await run('systemctl', ['disable', '--now', 'mariadb']);
  });
}
