import type { Sequelize } from 'sequelize';
import { select, write } from '../../sql.ts';
import type { TrafficDb } from '../context.ts';

export interface MaintainStore {
  /** Makes the day partitions from `now` to `daysAhead` days later. Repeatable, from several processes at once. */
  ensurePartitions(now: Date, daysAhead: number): Promise<void>;
  /** Drops whole days before `day`, but no payload of an event that still waits. Answers the partitions dropped. */
  dropPartitionsBefore(day: Date): Promise<string[]>;
}

const tables = ['integration_raw_payloads', 'integration_logs'] as const;
const dayMs = 86_400_000;

export function maintainStore({ sequelize }: TrafficDb): MaintainStore {
  return {
    async ensurePartitions(now, daysAhead) {
      for (const table of tables) {
        const there = await partitionsOf(sequelize, table);
        const missing = Array.from({ length: daysAhead + 1 }, (_, ahead) => dayOf(new Date(now.getTime() + ahead * dayMs)))
          .filter((day) => day > (there.at(-1)?.day ?? ''))
          .map((day) => `PARTITION ${nameOf(day)} VALUES LESS THAN ('${dayOf(new Date(Date.parse(day) + dayMs))}')`);
        if (missing.length === 0) continue;
        const split = [...missing, 'PARTITION later VALUES LESS THAN (MAXVALUE)'].join(', ');
        try {
          await write(sequelize, `ALTER TABLE ${table} REORGANIZE PARTITION later INTO (${split})`, {});
        } catch (error) {
          // Another process may have made them at the same moment; only then is it no failure.
          const last = (await partitionsOf(sequelize, table)).at(-1);
          if (!last || last.day < dayOf(new Date(now.getTime() + daysAhead * dayMs))) throw error;
        }
      }
    },

    async dropPartitionsBefore(day) {
      const dropped: string[] = [];
      const [waiting] = await select<{ since: string | null }>(
        sequelize,
        `SELECT DATE_FORMAT(MIN(received_on), '%Y-%m-%d') AS since FROM integration_raw_events WHERE state = 'stored'`,
        {},
      );
      for (const table of tables) {
        const waitingSince = table === 'integration_raw_payloads' ? waiting?.since : null;
        const limit = waitingSince && waitingSince < dayOf(day) ? waitingSince : dayOf(day);
        for (const partition of await partitionsOf(sequelize, table)) {
          if (partition.day >= limit) break;
          await write(sequelize, `ALTER TABLE ${table} DROP PARTITION ${partition.name}`, {});
          dropped.push(`${table}.${partition.name}`);
        }
      }
      return dropped;
    },
  };
}

/** Day partitions, oldest first; the name tells the day, so that nothing has to be read out of the server's own notation. */
async function partitionsOf(sequelize: Sequelize, table: string): Promise<{ name: string; day: string }[]> {
  const rows = await select<{ name: string }>(
    sequelize,
    `SELECT PARTITION_NAME AS name FROM information_schema.PARTITIONS
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = :table AND PARTITION_NAME LIKE 'day%' ORDER BY PARTITION_NAME`,
    { table },
  );
  return rows.map(({ name }) => ({ name, day: `${name.slice(3, 7)}-${name.slice(7, 9)}-${name.slice(9, 11)}` }));
}

function nameOf(day: string): string {
  return `day${day.replaceAll('-', '')}`;
}
function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}
