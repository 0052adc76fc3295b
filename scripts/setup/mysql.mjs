/** A MySQL server of our own: from this machine's programs, installed by apt, or in Docker. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { mysqlInDocker, dockerAnswers } from './mysql-docker.mjs';
import { canInstallMariaDb, installMariaDb } from './mysql-install.mjs';
import { findProgram } from './paths.mjs';
import { answers, takePort } from './ports.mjs';
import { mustRun, run } from './run.mjs';
import { SetupError, step } from './say.mjs';

/**
 * Starts a server on a free port of the loopback interface, with its data and a password of its own in `folder`.
 * Answers `{ url, label }`; the URL names no database. `extraArgs` are for a server on this machine.
 */
export async function startMysql(processes, folder, extraArgs = []) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const password = passwordOf(folder);
  let path = findProgram('mariadbd', 'mysqld');
  if (!path && canInstallMariaDb()) {
    await installMariaDb();
    path = findProgram('mariadbd', 'mysqld');
  }
  if (path) return startPrivate(processes, { path, folder, password, extraArgs });
  if (await dockerAnswers()) return mysqlInDocker(processes, { password });
  throw new SetupError(
    `No MySQL is at hand: no mariadbd or mysqld on this machine, no Docker that answers, and APP_DATABASE_URL is not set.\nGet one with: ${howToInstall()}`,
  );
}

export function passwordOf(folder) {
  const path = join(folder, 'password');
  if (!existsSync(path)) writeFileSync(path, randomBytes(18).toString('hex'), { mode: 0o600 });
  return readFileSync(path, 'utf8').trim();
}

async function startPrivate(processes, { path, folder, password, extraArgs }) {
  const { output: version } = await run(path, ['--version']);
  const isMariaDb = /mariadb/i.test(version);
  const data = join(folder, isMariaDb ? 'mariadb' : 'mysql');
  const port = await takePort('MySQL');
  const user = userInfo().username;
  // Its own: a server that starts removes the temporary tables that it finds, and in a shared folder they are another server's.
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary, { recursive: true, mode: 0o700 });
  if (!existsSync(join(data, '.ready')))
    await step('Making a database folder', () => initialise({ path, isMariaDb, data, user, temporary }));

  // Run at every start, so that the password file and the server agree.
  const init = join(folder, 'init.sql');
  writeFileSync(init, accounts(password), { mode: 0o600 });
  chmodSync(folder, 0o700);
  await processes.start({
    name: 'mysql',
    command: path,
    args: [
      '--no-defaults',
      `--user=${user}`,
      `--datadir=${data}`,
      `--tmpdir=${temporary}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      // Not in the data folder: a socket's path may have 107 characters at most.
      `--socket=${join(tmpdir(), `linkwright-${port}.sock`)}`,
      `--pid-file=${join(data, 'server.pid')}`,
      `--init-file=${init}`,
      '--character-set-server=utf8mb4',
      '--max-connections=300',
      '--skip-log-bin',
      ...(isMariaDb ? [] : ['--mysqlx=0']),
      ...extraArgs,
    ],
    isUp: () => answers(port, { greets: true }),
    graceMs: 60_000,
  });
  const label = `${isMariaDb ? 'MariaDB' : 'MySQL'} ${/\d+\.\d+\.\d+/.exec(version)?.[0] ?? ''}`;
  return { url: `mysql://linkwright:${password}@127.0.0.1:${port}`, label };
}

async function initialise({ path, isMariaDb, data, user, temporary }) {
  const options = { env: { ...process.env, TMPDIR: temporary } };
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  if (isMariaDb) {
    const install = findProgram('mariadb-install-db', 'mysql_install_db');
    if (!install)
      throw new SetupError(`${path} is there, but mariadb-install-db is not: install the whole package (${howToInstall()}).`);
    await mustRun(
      install,
      [
        '--no-defaults',
        `--user=${user}`,
        `--datadir=${data}`,
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
        // Do without a look-up of the machine's name, which fails where the name is in no hosts file.
        '--force',
      ],
      options,
    );
  } else {
    await mustRun(path, ['--no-defaults', `--user=${user}`, '--initialize-insecure', `--datadir=${data}`], options);
  }
  // The mark comes last: an interrupted initialisation begins anew.
  writeFileSync(join(data, '.ready'), '');
}

/** One account with a password, and none without: other people of this machine can reach the port too. */
export function accounts(password) {
  return [
    `CREATE USER IF NOT EXISTS 'linkwright'@'%' IDENTIFIED BY '${password}';`,
    `ALTER USER 'linkwright'@'%' IDENTIFIED BY '${password}';`,
    `GRANT ALL PRIVILEGES ON *.* TO 'linkwright'@'%';`,
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${password}';`,
    `DROP USER IF EXISTS 'root'@'127.0.0.1';`,
    `DROP USER IF EXISTS 'root'@'::1';`,
    '',
  ].join('\n');
}

function howToInstall() {
  if (process.platform === 'darwin') return 'brew install mariadb';
  if (findProgram('apt-get')) return 'sudo apt-get install mariadb-server';
  if (findProgram('dnf')) return 'sudo dnf install mariadb-server';
  if (findProgram('pacman')) return 'sudo pacman -S mariadb';
  if (findProgram('apk')) return 'sudo apk add mariadb mariadb-client';
  return 'Docker (https://docs.docker.com/get-docker) or MariaDB (https://mariadb.org/download)';
}
