import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { declareRowGauges, type Sample } from '../../telemetry/row-gauges.ts';

function scene(read: () => Promise<Sample[]>, none = 0) {
  const registry = new Registry();
  const labels = { kind: ['event', 'push'], state: ['pending', 'dead'] };
  declareRowGauges(registry, [{ name: 'items', help: 'Items.', labels, none, read }], undefined);
  return async () => (await registry.metrics()).split('\n').filter((line) => line.startsWith('items'));
}

describe('a gauge that is counted from rows', () => {
  it('shows nought for what no row has, and what rows have beyond what was declared', async () => {
    const shown = scene(async () => [
      { labels: { kind: 'push', state: 'dead' }, value: 3 },
      { labels: { kind: 'page', state: 'dead' }, value: 1 },
    ]);
    expect(await shown()).toEqual([
      'items{kind="event",state="pending"} 0',
      'items{kind="event",state="dead"} 0',
      'items{kind="push",state="pending"} 0',
      'items{kind="push",state="dead"} 3',
      'items{kind="page",state="dead"} 1',
    ]);
  });

  it('shows what it was told to show for what no row has, where nought would be an alarm', async () => {
    const shown = scene(async () => [{ labels: { kind: 'push', state: 'dead' }, value: 0.2 }], 1);
    expect(await shown()).toEqual([
      'items{kind="event",state="pending"} 1',
      'items{kind="event",state="dead"} 1',
      'items{kind="push",state="pending"} 1',
      'items{kind="push",state="dead"} 0.2',
    ]);
  });

  it('is NaN while its rows cannot be read, also when the database hangs', async () => {
    for (const read of [() => Promise.reject(new Error('away')), () => new Promise<Sample[]>(() => undefined)]) {
      const lines = await scene(read)();
      expect(lines).toHaveLength(4);
      expect(lines.every((line) => line.endsWith(' Nan') || line.endsWith(' NaN'))).toBe(true);
    }
  });

  it('costs one reading for scrapes that come together', async () => {
    let readings = 0;
    const shown = scene(async () => {
      readings += 1;
      return [];
    });
    await Promise.all([shown(), shown(), shown()]);
    await shown();
    expect(readings).toBe(1);
  });
});
