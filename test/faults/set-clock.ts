import { join } from 'node:path';
import type { Lab } from './lab.ts';

const shiftClock = join(import.meta.dirname, 'shift-clock.mjs');

/** Starts a process anew with its wall clock this far ahead; negative when behind, 0 when right. */
export async function setClock(lab: Lab, name: 'workers' | 'api', aheadMs: number): Promise<void> {
  const own = process.env['NODE_OPTIONS'] ?? '';
  await lab[name].kill();
  await lab[name].start({
    NODE_OPTIONS: aheadMs === 0 ? own : `${own} --import=${shiftClock}`,
    CLOCK_SHIFT_MS: String(aheadMs),
  });
}
