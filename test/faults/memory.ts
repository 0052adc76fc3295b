/** What processes hold in memory over time, and whether it grows. */
import { readFileSync } from 'node:fs';
import { theilSen } from './theil-sen.ts';

export interface Sample {
  atS: number;
  mib: number;
}

/** A process needs this share of its time to fill pools, caches and compiled code. */
const warmUpShare = 0.25;
const warmUpMaxS = 180;
/** Growth over the time that was watched, by which memory still counts as flat: V8 lets garbage lie for as long as it likes. */
const growthMibMax = 20;
const growthShareMax = 0.1;

/** What the process holds in memory. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
export function residentMib(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1_024;
}

export interface Trend {
  watchedS: number;
  medianMib: number;
  /** By the median of all slopes between two samples, which a few peaks do not move. */
  growthMib: number;
  isFlat: boolean;
}

/** Of one process from its start on; `null` when it was too short to say anything. */
export function trendOf(samples: Sample[]): Trend | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last) return null;
  const from = first.atS + Math.min(warmUpMaxS, (last.atS - first.atS) * warmUpShare);
  const warm = samples.filter(({ atS }) => atS >= from);
  if (warm.length < 10) return null;
  const watchedS = last.atS - warm[0]!.atS;
  const medianMib = warm.map(({ mib }) => mib).toSorted((a, b) => a - b)[Math.floor(warm.length / 2)]!;
  const growthMib = theilSen(warm.map(({ atS, mib }) => [atS, mib])) * watchedS;
  return { watchedS, medianMib, growthMib, isFlat: growthMib <= Math.max(growthMibMax, medianMib * growthShareMax) };
}

export function trendText(name: string, trend: Trend | null): string {
  if (!trend) return `${name}: too short to say anything of its memory.`;
  const { watchedS, medianMib, growthMib, isFlat } = trend;
  const words = isFlat ? 'flat' : 'GROWING';
  return `${name}: ${medianMib.toFixed(0)} MiB, ${growthMib >= 0 ? '+' : ''}${growthMib.toFixed(1)} MiB over ${(watchedS / 60).toFixed(1)} min: ${words}.`;
}
