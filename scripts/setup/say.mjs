/** What the scripts tell the person at the terminal. */

/** An error whose message is meant for that person: it is shown without a stack. */
export class SetupError extends Error {}

export const say = (line = '') => process.stdout.write(`${line}\n`);

export function duration(ms) {
  const s = Math.round(ms / 1_000);
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  return s < 60 ? `${s} s` : `${Math.floor(s / 60)} min ${s % 60} s`;
}

/** Says what begins, how far it is every few seconds, and how long it took. `work` is given a function that notes its progress. */
export async function step(title, work, everyMs = 10_000) {
  const started = Date.now();
  const short = title.split(/[,(]/)[0].trim();
  let progress = '';
  const timer = setInterval(
    () => say(`    … ${short}: ${duration(Date.now() - started)}${progress && `, ${progress}`}`),
    everyMs,
  );
  say(`  ${title}`);
  try {
    const result = await work((line) => {
      progress = line;
    });
    const took = Date.now() - started;
    if (took > 2_000) say(`    ✓ ${short}: ${duration(took)}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
