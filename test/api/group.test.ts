import { describe, expect, it } from '@jest/globals';
import { createGroup } from '../../api/webhooks/group.ts';

const isOutage = (error: unknown) => error instanceof Error && error.message === 'outage';

describe('The webhook group', () => {
  it('joins what arrives during a commit into the next one, and answers each after its own commit', async () => {
    const commits: number[][] = [];
    let finish: (() => void) | undefined;
    const group = createGroup<number>({
      commit: (rows) => {
        commits.push(rows);
        return commits.length === 1 ? new Promise((resolve) => (finish = resolve)) : Promise.resolve();
      },
      rowsMax: 500,
      isOutage,
    });
    let answered = 0;
    const first = group.add([1]).then(() => (answered += 1));
    await new Promise((resolve) => setTimeout(resolve, 10));
    const later = [2, 3, 4].map((row) => group.add([row]));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect([commits, answered]).toEqual([[[1]], 0]);
    finish!();
    await Promise.all([first, ...later]);
    expect(commits).toEqual([[1], [2, 3, 4]]);
  });

  it('never commits more rows at once than it may, but for one request that is larger by itself', async () => {
    const sizes: number[] = [];
    const group = createGroup<number>({
      commit: async (rows) => void sizes.push(rows.length),
      rowsMax: 3,
      isOutage,
    });
    await Promise.all([group.add([1, 2]), group.add([3]), group.add([4]), group.add([5, 6, 7, 8]), group.add([9])]);
    expect(sizes).toEqual([3, 1, 4, 1]);
  });

  it('runs one commit at a time, and leaves nobody waiting when it ends', async () => {
    let [running, runningMax, committed] = [0, 0, 0];
    const group = createGroup<number>({
      commit: async (rows) => {
        running += 1;
        runningMax = Math.max(runningMax, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        committed += rows.length;
      },
      rowsMax: 3,
      isOutage,
    });
    // Each sender comes again as soon as it has its answer, at whatever moment a commit has just ended.
    const sender = async () => {
      for (let turn = 0; turn < 50; turn += 1) await group.add([turn]);
    };
    await Promise.all([sender(), sender(), sender(), sender(), sender()]);
    await group.idle();
    expect([committed, running, runningMax]).toEqual([250, 0, 1]);
  });

  it('keeps a row that the database refuses from taking its neighbours along', async () => {
    const group = createGroup<string>({
      commit: async (rows) => {
        if (rows.includes('bad')) throw new Error('refused');
      },
      rowsMax: 10,
      isOutage,
    });
    const outcomes = await Promise.allSettled([group.add(['good']), group.add(['bad']), group.add(['better'])]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('fails everybody at once when the database is gone, and takes the next when it is back', async () => {
    let commits = 0;
    let down = true;
    const group = createGroup<number>({
      commit: async () => {
        commits += 1;
        if (down) throw new Error('outage');
      },
      rowsMax: 10,
      isOutage,
    });
    const outcomes = await Promise.allSettled([group.add([1]), group.add([2]), group.add([3])]);
    expect([commits, outcomes.map(({ status }) => status)]).toEqual([1, ['rejected', 'rejected', 'rejected']]);
    down = false;
    await group.add([4]);
    await group.idle();
    expect(commits).toBe(2);
  });
});
