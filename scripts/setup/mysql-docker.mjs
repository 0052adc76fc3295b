/** MySQL in a container of our own, which goes when we stop. */
import { homeId } from './paths.mjs';
import { answers, takePort } from './ports.mjs';
import { run } from './run.mjs';
import { say } from './say.mjs';

export const dockerAnswers = async () => (await run('docker', ['info'], { timeoutMs: 5_000 })).code === 0;

/** Data stays in a volume of the container's name, unless it is throw-away. Answers `{ url, label }`; the URL names no database. */
export async function mysqlInDocker(processes, { password, name = `linkwright-mysql-${homeId}`, isThrowAway = false }) {
  const port = await takePort('MySQL');
  say(`  Starting MySQL 8.4 in Docker (container ${name}); the first time Docker fetches the image`);
  // A container of this name can only be what a killed start left.
  await run('docker', ['rm', '--force', name]);
  const storage = isThrowAway ? ['--tmpfs', '/var/lib/mysql'] : ['-v', `${name}:/var/lib/mysql`];
  await processes.start({
    name,
    command: 'docker',
    args: ['run', '--rm', '--name', name, '-p', `127.0.0.1:${port}:3306`, ...storage, '-e', 'MYSQL_ROOT_PASSWORD', 'mysql:8.4'],
    env: { ...process.env, MYSQL_ROOT_PASSWORD: password },
    isUp: () => answers(port, { greets: true }),
    readyWithinMs: 10 * 60_000,
    graceMs: 60_000,
    stop: () => run('docker', ['stop', '--time', '50', name]),
  });
  return { url: `mysql://root:${password}@127.0.0.1:${port}`, label: 'MySQL 8.4 (Docker)' };
}
