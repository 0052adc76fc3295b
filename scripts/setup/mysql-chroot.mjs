/**
 * A real MySQL 9 beside the machine's MariaDB, for the tests: Debian's newest, in a folder tree of its own, so that neither touches
 * the other. Needs root on Debian or Ubuntu; the tree is made once for each user.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { aptGet } from './apt.mjs';
import { accounts, passwordOf } from './mysql.mjs';
import { cache, findProgram } from './paths.mjs';
import { answers, takePort } from './ports.mjs';
import { mustRun, run } from './run.mjs';
import { step } from './say.mjs';

const tree = join(cache, 'mysql-9');
export const canUseChroot = () => process.platform === 'linux' && process.getuid?.() === 0 && Boolean(findProgram('apt-get'));

/** Starts a throw-away server. Answers `{ url, label, remove }`; `remove` deletes its data once it is stopped. */
export async function startMysqlInChroot(processes, extraArgs) {
  if (!existsSync(join(tree, 'usr/sbin/mysqld'))) await step('Installing MySQL 9 for the tests, once; about a minute', install);
  const folder = mkdtempSync(join(tree, 'var/lib/linkwright-'));
  const inside = join('/var/lib', basename(folder));
  const password = passwordOf(folder);
  writeFileSync(join(folder, 'init.sql'), accounts(password), { mode: 0o600 });
  const mysqld = ['/usr/sbin/mysqld', '--no-defaults', '--user=root', `--datadir=${inside}/data`];
  await mustRun('chroot', [tree, ...mysqld, '--initialize-insecure']);
  const port = await takePort('MySQL 9');
  await processes.start({
    name: 'mysql-9',
    command: 'chroot',
    args: [
      tree,
      ...mysqld,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${inside}/mysqld.sock`,
      `--pid-file=${inside}/mysqld.pid`,
      `--init-file=${inside}/init.sql`,
      '--mysqlx=0',
      '--skip-log-bin',
      '--max-connections=300',
      ...extraArgs,
    ],
    isUp: () => answers(port, { greets: true }),
    graceMs: 60_000,
  });
  const { output } = await run('chroot', [tree, '/usr/sbin/mysqld', '--version']);
  return {
    url: `mysql://linkwright:${password}@127.0.0.1:${port}`,
    label: `MySQL ${/\d+\.\d+\.\d+/.exec(output)?.[0] ?? ''}`,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function install(progress) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  if (!findProgram('debootstrap') || !existsSync(keyring)) {
    await aptGet(['update', '-q'], progress);
    await aptGet(['install', '-y', '-q', 'debootstrap', 'debian-archive-keyring'], progress);
  }
  mkdirSync(cache, { recursive: true });
  const half = `${tree}.part-${process.pid}`;
  try {
    const args = ['--variant=minbase', '--include=mysql-server', `--keyring=${keyring}`, 'sid', half, mirror()].filter(Boolean);
    await mustRun('debootstrap', args, { env, onLine: progress });
    renameSync(half, tree);
  } finally {
    // debootstrap mounts /proc inside while it works; an interrupted one leaves it, and it must not be deleted through.
    await run('umount', [join(half, 'proc')]);
    rmSync(half, { recursive: true, force: true });
  }
}

/** The mirror that apt uses here, when this is Debian; without one, debootstrap takes its own. */
function mirror() {
  if (!/^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))) return undefined;
  const folder = '/etc/apt/sources.list.d';
  const files = ['/etc/apt/sources.list', ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [])];
  const lines = files.filter((file) => existsSync(file)).flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  const urls = lines.filter((line) => /^(deb|URIs:)\s/.test(line)).flatMap((line) => line.match(/https?:\/\/\S+/) ?? []);
  return urls.find((url) => /\/debian\/?$/.test(url));
}
