import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createLocalAllowance, createSharedLook } from '../../api/allowance.ts';
import { networkOf } from '../../api/limits.ts';
import type { Take } from '../../db/app/stores/allowances.ts';
import { clockAt } from '../harness/clock.ts';

afterEach(() => void jest.useRealTimers());

/** One shared window, as the database keeps it. */
function shared(max: number, windowMs = 60_000) {
  const counted = { asked: 0, taken: 0, endsAtMs: Date.now() + windowMs };
  const take: Take = async (_who, points) => {
    counted.asked += 1;
    if (Date.now() >= counted.endsAtMs) Object.assign(counted, { taken: 0, endsAtMs: Date.now() + windowMs });
    const granted = Math.max(0, Math.min(points, max - counted.taken));
    counted.taken += points;
    await sleep(1);
    return { granted, endsInMs: counted.endsAtMs - Date.now() };
  };
  return { take, counted };
}

describe('An allowance that processes share', () => {
  it.each([1, 7, 20, 100])('of %d is never passed by three processes together, and is used up', async (max) => {
    const { take } = shared(max);
    const processes = [1, 2, 3].map(() => createLocalAllowance(take, max));
    const waits = await Promise.all(
      processes.flatMap((allowance) => Array.from({ length: max + 5 }, () => allowance.spend('a'))),
    );
    expect(waits.filter((waitMs) => waitMs === 0)).toHaveLength(max);
    expect(processes.every(({ knownWaitMs }) => knownWaitMs('a') > 0)).toBe(true);
  });

  it('is asked for once for twenty requests of four hundred, also when they come together', async () => {
    const { take, counted } = shared(400);
    const allowance = createLocalAllowance(take, 400);
    await Promise.all(Array.from({ length: 200 }, () => allowance.spend('a')));
    expect(counted.asked).toBe(10);
  });

  it('begins anew with its window', async () => {
    clockAt(Date.now());
    const { take } = shared(2);
    const allowance = createLocalAllowance(take, 2);
    expect([await allowance.spend('a'), await allowance.spend('a')]).toEqual([0, 0]);
    const waitMs = await allowance.spend('a');
    expect(waitMs).toBeGreaterThan(0);
    clockAt(Date.now() + waitMs);
    expect([allowance.knownWaitMs('a'), await allowance.spend('a')]).toEqual([0, 0]);
  });

  it('that cannot be asked for fails, and is asked for again', async () => {
    let fails = true;
    const { take } = shared(5);
    const allowance = createLocalAllowance((...input) => (fails ? Promise.reject(new Error('down')) : take(...input)), 5);
    await expect(allowance.spend('a')).rejects.toThrow('down');
    fails = false;
    expect(await allowance.spend('a')).toBe(0);
  });
});

describe('A look at what the processes have left', () => {
  const everyMs = 200;
  const counted = (answer: (who: string) => Promise<number>) => {
    const looks: string[] = [];
    return { looks, look: createSharedLook((who) => (looks.push(who), answer(who)), everyMs) };
  };

  it('is shared by requests that come together, and believed for a moment, for each address by itself', async () => {
    clockAt(Date.now());
    const { looks, look } = counted(() => sleep(5, 0));
    expect(await Promise.all(Array.from({ length: 50 }, () => look('a')))).toEqual(Array(50).fill(0));
    expect([await look('a'), await look('b')]).toEqual([0, 0]);
    expect(looks).toEqual(['a', 'b']);
  });

  it('is taken again after the moment, finds what others have spent meanwhile, and holds that until the window ends', async () => {
    clockAt(Date.now());
    let spentForMs = 0;
    const { looks, look } = counted(async () => spentForMs);
    expect(await look('a')).toBe(0);
    spentForMs = 60_000;
    clockAt(Date.now() + everyMs);
    for (let time = 0; time < 2; time += 1) expect(await look('a')).toBeGreaterThan(50_000);
    clockAt(Date.now() + everyMs);
    expect(await look('a')).toBeGreaterThan(50_000);
    expect(looks).toEqual(['a', 'a']);
  });

  it('that cannot be taken fails, and is taken again', async () => {
    let fails = true;
    const { look } = counted(() => (fails ? Promise.reject(new Error('down')) : Promise.resolve(0)));
    await expect(look('a')).rejects.toThrow('down');
    fails = false;
    expect(await look('a')).toBe(0);
  });
});

describe('An address', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:aaaa::1', '2001:db8:1:2:0:0:0:0/64'],
    ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2:0:0:0:0/64'],
    ['', 'unknown'],
    ['not an address', 'unknown'],
  ])('%s counts as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
