/** Walks a series through the detector as the engine does, with maps in place of rows. */
import { judgeFigure, judgeThinHours, type Hour, type Measure, type SamplesOf } from '../../domain/anomaly.ts';
import { stepEpisode, type OpenEpisode } from '../../domain/anomaly-episode.ts';
import { remember, type Sample, type Slot } from '../../domain/baseline.ts';
import { hoursOfWeek, type Labelled, type Series } from './anomaly-series.ts';

export interface Episode {
  from: number;
  to: number;
}

const monday = Date.UTC(2026, 0, 5) / 1000;

export function episodesOf({ hours }: Pick<Series, 'hours'>, measure: Measure = 'events_hourly', of = 1): Episode[] {
  const baseline = new Map<Slot, Sample[]>();
  const samplesOf: SamplesOf = (slots) =>
    new Map(slots.flatMap((slot) => (baseline.has(slot) ? [[slot, baseline.get(slot)!]] : [])));
  const episodes: Episode[] = [];
  let open = null as OpenEpisode | null;
  let before: Hour[] = [];
  for (const [hour, value] of hours.entries()) {
    const [at, slot] = [monday + hour * 3_600, hour % hoursOfWeek];
    before = open ? [] : [...before, { slot, value }].slice(-24);
    let verdict = judgeFigure({ measure, value, slot, of, tolerance: 1 }, samplesOf);
    if (measure === 'events_hourly' && verdict.is === 'usual') {
      const together = judgeThinHours(before, 1, samplesOf);
      if (together.is === 'unusual') verdict = together;
    }
    const { does, counts } = stepEpisode(open, at, verdict);
    if (does === 'adopt') baseline.clear();
    if (counts) baseline.set(slot, remember(baseline.get(slot) ?? [], { at, value }));
    if (does === 'open' && verdict.is === 'unusual') {
      open = { side: verdict.side, firstAt: at, lastAt: at, usualInARow: 0 };
      episodes.push({ from: hour, to: hour });
    } else if (open && does === 'repeat') {
      open = { ...open, lastAt: at, usualInARow: 0 };
      episodes.at(-1)!.to = hour;
    } else if (open && does === 'calm') open = { ...open, lastAt: at, usualInARow: open.usualInARow + 1 };
    else if (does === 'close' || does === 'adopt') open = null;
  }
  return episodes;
}

export interface Score {
  labels: number;
  found: number;
  episodes: number;
  right: number;
}

/** An episode is right when it lies in what is labelled, or begins within two hours after: hours are judged when they are over. */
export function score(episodes: readonly Episode[], labels: readonly Labelled[]): Score {
  const meets = (episode: Episode, label: Labelled) => episode.from < label.to + 2 && episode.to >= label.from;
  return {
    labels: labels.length,
    found: labels.filter((label) => episodes.some((episode) => meets(episode, label))).length,
    episodes: episodes.length,
    right: episodes.filter((episode) => labels.some((label) => meets(episode, label))).length,
  };
}
