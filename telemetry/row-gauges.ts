/**
 * Gauges that are counted from rows when Prometheus asks, so that they tell even when nothing else runs. A gauge is data: its name,
 * what it says, the values its labels have, and where its numbers come from.
 */
import { Gauge, type Registry } from 'prom-client';

export interface RowGauge<Sources> {
  name: string;
  help: string;
  /** By label, the values that are shown even when no row has them: an alert must tell nought from nothing. Never an id. */
  labels?: Record<string, readonly string[]>;
  /** What is shown where no row says anything; 0 when absent. */
  none?: number;
  read(sources: Sources): Promise<Sample[]>;
}

export interface Sample {
  labels?: Record<string, string>;
  value: number;
}

/** Several Prometheus servers and a person with a browser cost no more than one. */
const keptForMs = 5_000;
/** Shorter than any scrape's time-out: a database that hangs must not hide the numbers that need none. */
const readWithinMs = 2_000;

/** A gauge whose rows cannot be read is NaN, which no comparison of an alert takes for good. */
export function declareRowGauges<Sources>(registry: Registry, gauges: RowGauge<Sources>[], sources: Sources): void {
  for (const { name, help, labels = {}, none = 0, read } of gauges) {
    const shown = combinations(labels);
    const samples = kept(() => inTime(read(sources)).catch(() => shown.map((each) => ({ labels: each, value: NaN }))));
    const gauge = new Gauge({
      name,
      help: `${help} Counted from rows; NaN while the database does not answer.`,
      labelNames: Object.keys(labels),
      registers: [],
      async collect() {
        const found = await samples();
        this.reset();
        for (const each of shown) this.set(each, none);
        for (const { labels: own = {}, value } of found) this.set(own, value);
      },
    });
    registry.registerMetric(gauge);
  }
}

function combinations(labels: Record<string, readonly string[]>): Record<string, string>[] {
  let all: Record<string, string>[] = [{}];
  for (const [name, values] of Object.entries(labels))
    all = all.flatMap((each) => values.map((value) => ({ ...each, [name]: value })));
  return all;
}

/** By the wall clock, because that is what staleness is judged by. */
function kept<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let last: { at: number; reading: Promise<Value> } | undefined;
  return () => {
    const now = Date.now();
    if (!last || Math.abs(now - last.at) > keptForMs) last = { at: now, reading: read() };
    return last.reading;
  };
}

async function inTime<Value>(reading: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The rows were not read in time.')), readWithinMs);
  });
  return Promise.race([reading, late]).finally(() => clearTimeout(timer));
}
