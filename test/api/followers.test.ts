import { afterEach, describe, expect, it } from '@jest/globals';
import { createFollowers, usualTimes, type Followers, type FollowTimes } from '../../api/followers.ts';

const made: Followers[] = [];
function quick(times: Partial<FollowTimes> = {}): Followers {
  const followers = createFollowers({ ...usualTimes, lookEveryMs: 5, ...times });
  made.push(followers);
  return followers;
}
afterEach(() => made.splice(0).forEach(({ hangUp }) => hangUp()));

const never = new AbortController().signal;
/** Something that is another at each look. */
function counter() {
  let count = 0;
  return { thing: 'counter', look: async () => (count += 1), gone: never };
}
const same = { thing: 'rock', look: async () => 'as it was', gone: never };

async function upTo(numbers: AsyncIterable<number | null>, last: number): Promise<(number | null)[]> {
  const heard = [];
  for await (const number of numbers) {
    heard.push(number);
    if (number !== null && number >= last) break;
  }
  return heard;
}

describe('Followers', () => {
  it('share the looks at one thing: each look is told to all of them', async () => {
    const { follow } = quick();
    const thing = counter();
    const [ann, bob] = [follow({ ...thing, who: 'ann' }), follow({ ...thing, who: 'bob' })];
    const [first, second] = await Promise.all([upTo(ann, 12), upTo(bob, 12)]);
    expect(first.slice(-8)).toEqual(second.slice(-8));
  });

  it('are told what has changed, and a beat in place of what has not', async () => {
    const { follow } = quick({ beatEveryMs: 10 });
    const told = follow({ ...same, who: 'ann' });
    expect((await told.next()).value).toBe('as it was');
    expect((await told.next()).value).toBeNull();
    await told.return();
  });

  it('hear the reason when the first look fails, and come to an end when a later one does', async () => {
    const { follow } = quick();
    const broken = { ...same, look: () => Promise.reject(new Error('It is away.')) };
    await expect(follow({ ...broken, who: 'ann' }).next()).rejects.toThrow('It is away.');
    let looks = 0;
    const breaks = { ...same, look: async () => ((looks += 1) > 1 ? Promise.reject(new Error('It went away.')) : 'well') };
    const told = follow({ ...breaks, who: 'ann' });
    expect((await told.next()).value).toBe('well');
    expect((await told.next()).done).toBe(true);
  });

  it('end when they leave, when their time is over, and when the server hangs up', async () => {
    const { follow, hangUp } = quick();
    const leaving = new AbortController();
    const [leaves, stays] = [follow({ ...same, gone: leaving.signal, who: 'ann' }), follow({ ...same, who: 'ann' })];
    expect([(await leaves.next()).value, (await stays.next()).value]).toEqual(['as it was', 'as it was']);
    leaving.abort();
    expect((await leaves.next()).done).toBe(true);
    hangUp();
    expect((await stays.next()).done).toBe(true);
    await expect(follow({ ...same, who: 'ann' }).next()).rejects.toMatchObject({ status: 503 });
    const short = quick({ endAfterMs: 20 }).follow({ ...same, who: 'ann' });
    expect((await short.next()).value).toBe('as it was');
    expect((await short.next()).done).toBe(true);
  });

  it('are four at a time of one person, and another finds a place when one has left', async () => {
    const { follow } = quick();
    const open = () => follow({ ...same, who: 'ann' });
    const four = [open(), open(), open(), open()];
    for (const told of four) await told.next();
    await expect(open().next()).rejects.toMatchObject({ status: 429 });
    expect((await follow({ ...same, who: 'bob' }).next()).value).toBe('as it was');
    await four[0]!.return();
    expect((await open().next()).value).toBe('as it was');
  });
});
