/** An anomaly as a sentence, in the words and the zone of the company. */
import type { Measure, Unusual } from './anomaly.ts';
import { counted } from './counted.ts';
import type { CanonicalObject } from './records.ts';

interface Told extends Pick<Unusual, 'value' | 'hours' | 'usual' | 'level'> {
  measure: Measure;
  /** What the run reads; `null` for webhooks. */
  object: CanonicalObject | null;
  /** Records that a share is of. */
  of: number;
  /** When the run began, or the last of the hours. */
  at: Date;
  timeZone: string;
}

const nouns: Record<CanonicalObject, string> = { message: 'message', usage: 'usage record', contact: 'contact', deal: 'deal' };

export function anomalySentence(told: Told): string {
  const { measure, value, usual, of, object, hours } = told;
  const noun = object ? nouns[object] : 'record';
  const [weekday, hour] = clock(told.at, told.timeZone);
  const between = `between ${two(hour)}:00 and ${two((hour + 1) % 24)}:00`;
  const when = { weekday_hour: ` on ${weekday}s ${between}`, hour: ` ${between}`, weekday: ` on ${weekday}s`, all: '' }[
    told.level
  ];
  switch (measure) {
    case 'run_duration':
      return `A run took ${inTime(value)}, usually ${range(usual, inTime)}${when}.`;
    case 'records_changed':
      return `${counted(value, noun)} created or updated in one run, usually ${range(usual, inFull)}${when}.`;
    case 'records_read':
      return value === 0
        ? `A run succeeded with nothing in it: no ${noun}s, usually ${range(usual, inFull)}${when}.`
        : `${counted(value, noun)} read in one run, usually ${range(usual, inFull)}${when}.`;
    case 'failed_share':
      return `${inPercent(value)} of ${counted(of, noun)} failed in one run, usually ${range(usual, inPercent)}${when}.`;
    case 'events_hourly': {
      const came = value === 0 ? 'No webhooks came' : `${counted(value, 'webhook')} came`;
      if (hours === 1) return `${came} on ${weekday} ${between}, usually ${range(usual, inFull)}${when}.`;
      const until = `in the ${hours} hours until ${two((hour + 1) % 24)}:00 on ${weekday}`;
      return `${came} ${until}, usually ${range(usual, inFull)} in these hours of the week.`;
    }
  }
}

/** What follows for the person who reads it. */
export const anomalyAdvice =
  'Look at the source and at the last runs, then confirm it as trouble, or dismiss it as normal so that it is expected from now on.';

const inFull = (value: number): string => String(Math.round(value));
const inPercent = (share: number): string => `${Math.round(share * 100)} %`;

function inTime(seconds: number): string {
  if (seconds < 1) return 'under 1 s';
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

function range([from, to]: [number, number], inWords: (value: number) => string): string {
  const [least, most] = [inWords(from), inWords(to)];
  return least === most ? least : `${least} to ${most}`;
}

function clock(at: Date, timeZone: string): [weekday: string, hour: number] {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'long', hour: '2-digit', hourCycle: 'h23' });
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return [parts['weekday']!, Number(parts['hour'])];
}

const two = (value: number): string => String(value).padStart(2, '0');
