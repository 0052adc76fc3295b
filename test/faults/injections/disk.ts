/** The traffic database has no room left. */
import { createConnection, type Connection } from 'mysql2/promise';
import type { Injection } from './injection.ts';

/** What fits into the traffic database while it is to be filled up. */
export const trafficMib = 160;
/** Ever fewer rows at once, so that nothing else finds room. */
const rowsAtOnce = [500, 50, 5, 1];
const fillAgainEveryMs = 50;

export const diskFull: Injection = {
  name: 'disk full on the traffic database',
  times: 2,
  forMs: [3_000, 6_000],
  /** The ballast is never committed: a table cannot be dropped on a disk that is full, but what was written can be taken back. */
  async begin(lab) {
    const ballast = await createConnection(lab.databases.traffic);
    await ballast.query('CREATE TABLE IF NOT EXISTS ballast (id BIGINT AUTO_INCREMENT PRIMARY KEY, filler VARBINARY(7000))');
    await ballast.beginTransaction();
    await fill(ballast);
    let isOver = false;
    const keeping = (async () => {
      while (!isOver) {
        await new Promise((resolve) => setTimeout(resolve, fillAgainEveryMs));
        await fill(ballast);
      }
    })();
    keeping.catch(() => undefined); // told when it is awaited
    return async () => {
      isOver = true;
      await keeping;
      await ballast.rollback();
      await ballast.end();
    };
  },
};

async function fill(ballast: Connection): Promise<void> {
  for (const rows of rowsAtOnce) {
    const values = Array.from({ length: rows }, () => `(REPEAT('x', 7000))`).join();
    for (let isFull = false; !isFull;)
      isFull = await ballast.query(`INSERT INTO ballast (filler) VALUES ${values}`).then(
        () => false,
        (error: { code?: string }) => {
          if (error.code !== 'ER_RECORD_FILE_FULL') throw error;
          return true;
        },
      );
  }
}
