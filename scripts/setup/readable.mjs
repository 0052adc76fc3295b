/** The engine's JSON log lines, in a line for a person at a terminal. The whole line stays in the log file. */

const levels = { 40: 'warning', 50: 'error', 60: 'fatal' };
/** What places an outcome, in the order in which a person asks. */
const places = ['activityType', 'workflowId', 'taskQueue', 'route', 'connectionId', 'attempt'];

/** The line to show, or undefined for one that is no warning. What is not a log line is shown as it is. */
export function readable(line) {
  return sayable(line)?.replace(controls, '�');
}

/** In a log file they stand escaped; at a terminal they would move the cursor, or write a line that nobody logged. */
const controls = /(?!\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function sayable(line) {
  let entry;
  try {
    entry = JSON.parse(line);
  } catch {
    return line.trim() === '' ? undefined : line;
  }
  if (!(entry?.level >= 40)) return undefined;
  const cause = entry.err ?? entry.error ?? { type: entry.code, message: entry.sentence };
  const why = [cause?.type, cause?.message].filter(Boolean).join(': ');
  const where = places
    .filter((name) => entry[name] !== undefined && entry[name] !== 'none')
    .map((name) => `${name}=${entry[name]}`);
  return [`${levels[entry.level] ?? entry.level}: ${entry.msg}`, why && `(${why})`, ...where].filter(Boolean).join(' ');
}
