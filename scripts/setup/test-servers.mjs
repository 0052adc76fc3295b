/** What the tests run against: throw-away MySQL servers of both dialects, and the Temporal program. */
import { join } from 'node:path';
import { canUseChroot, startMysqlInChroot } from './mysql-chroot.mjs';
import { dockerAnswers, mysqlInDocker } from './mysql-docker.mjs';
import { passwordOf, startMysql } from './mysql.mjs';
import { say } from './say.mjs';
import { findTemporal } from './temporal.mjs';

/**
 * Nothing waits for the disk: the data outlives a server that is killed, not a machine that loses its power. A server that does not know
 * the word goes on without it.
 */
export const unsynced = ['--loose-innodb-flush-method=nosync'];
/** The data is thrown away: durability would only cost time, and so would a file for each of the tables that every test file makes. */
const fast = [
  ...unsynced,
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-doublewrite=0',
  '--innodb-file-per-table=0',
  '--sync-binlog=0',
];

/** Answers `{ urls, temporalCli, remove }`: the main server's URL is first. */
export async function startTestServers(processes, folder) {
  const [main, second, temporalCli] = await Promise.all([
    startMysql(processes, join(folder, 'mysql'), fast),
    startSecond(processes, folder),
    findTemporal(),
  ]);
  say(`  Databases: ${[main, second].flatMap((server) => server?.label ?? []).join(' and ')}`);
  return { urls: [main, second].flatMap((server) => server?.url ?? []), temporalCli, remove: () => second?.remove?.() };
}

/** A real MySQL, because the main server is MariaDB on most machines and the two differ. */
async function startSecond(processes, folder) {
  const url = process.env.MYSQL_TEST_URL;
  if (url) return { url, label: 'the server of MYSQL_TEST_URL' };
  if (canUseChroot()) {
    try {
      return await startMysqlInChroot(processes, fast);
    } catch (error) {
      say(`  MySQL 9 could not be installed beside MariaDB: ${error.message}`);
    }
  }
  if (await dockerAnswers())
    return mysqlInDocker(processes, {
      password: passwordOf(folder),
      name: `linkwright-mysql-test-${process.pid}`,
      isThrowAway: true,
    });
  say('  No second MySQL (root on Debian, MYSQL_TEST_URL or Docker would give one): the database tests run on one dialect only.');
  return undefined;
}
