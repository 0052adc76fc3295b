/** Synthetic figures with labelled anomalies: days and weeks as people live them, noise, growth, and things that go wrong. */
export interface Labelled {
  what: 'spike' | 'drop' | 'silence';
  /** Hours since the series began; `to` is not in it. */
  from: number;
  to: number;
}
export interface Series {
  name: string;
  hours: number[];
  labels: Labelled[];
}

export const hoursOfWeek = 168;
const learningWeeks = 5;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

function poisson(random: () => number, mean: number): number {
  if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const least = Math.exp(-mean);
  let [count, product] = [0, random()];
  while (product > least) [count, product] = [count + 1, product * random()];
  return count;
}

interface Shape {
  name: string;
  /** Of a weekday's busiest hour. */
  level: number;
  /** Weekend against weekday. */
  weekend: number;
  /** Night against day. */
  night: number;
  /** Scatter of the rate beyond chance, as a share. */
  noise: number;
  /** Growth of a week, as a share; slow, so never an anomaly. */
  drift: number;
}

export const shapes: Shape[] = [
  { name: 'office hours', level: 40, weekend: 0.05, night: 0.02, noise: 0.2, drift: 0 },
  { name: 'round the clock', level: 200, weekend: 0.8, night: 0.5, noise: 0.15, drift: 0 },
  { name: 'few', level: 6, weekend: 0.3, night: 0.1, noise: 0.2, drift: 0 },
  { name: 'growing', level: 60, weekend: 0.4, night: 0.1, noise: 0.2, drift: 0.04 },
  { name: 'fading', level: 80, weekend: 0.4, night: 0.1, noise: 0.2, drift: -0.04 },
  { name: 'noisy', level: 50, weekend: 0.5, night: 0.2, noise: 0.35, drift: 0 },
  { name: 'steady', level: 24, weekend: 1, night: 1, noise: 0, drift: 0 },
];

const rateAt = (shape: Shape, hour: number) => {
  const [day, clock] = [Math.floor(hour / 24) % 7, hour % 24];
  const bell = Math.exp(-(((clock - 13.5) / 4.5) ** 2));
  return (
    shape.level *
    (shape.night + (1 - shape.night) * bell) *
    (day > 4 ? shape.weekend : 1) *
    (1 + shape.drift) ** (hour / hoursOfWeek)
  );
};

/** `weeks` weeks of one shape; what goes wrong begins after the first five. */
export function seriesOf(shape: Shape, seed: number, { weeks = 16, isCalm = false } = {}): Series {
  const random = randomOf(seed);
  const rates = Array.from({ length: weeks * hoursOfWeek }, (_, hour) => rateAt(shape, hour));
  const hours = rates.map((rate) => poisson(random, rate * Math.exp(shape.noise * normal(random) - shape.noise ** 2 / 2)));
  const labels: Labelled[] = [];
  const usualIn = (from: number, to: number) => rates.slice(from, to).reduce((sum, rate) => sum + rate, 0);
  // About one in a week and a half, never two within two days.
  for (let at = learningWeeks * hoursOfWeek; !isCalm && at < rates.length - 72; at += 48 + Math.floor(random() * 300)) {
    const what = (['spike', 'drop', 'silence'] as const)[Math.floor(random() * 3)]!;
    const length = what === 'spike' ? 1 + Math.floor(random() * 4) : 4 + Math.floor(random() * 20);
    const to = at + length;
    // What would change next to nothing is no anomaly that anybody could label.
    if (usualIn(at, to) < (what === 'spike' ? 5 * length : 30)) continue;
    const factor = what === 'spike' ? 4 + 4 * random() : what === 'drop' ? 0.1 * random() : 0;
    for (let hour = at; hour < to; hour += 1) hours[hour] = poisson(random, rates[hour]! * factor);
    labels.push({ what, from: at, to });
    at = to;
  }
  return { name: shape.name, hours, labels };
}
