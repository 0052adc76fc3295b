/** Compares what was measured of a connection with its baseline, and keeps the anomalies and tasks that follow. Repeatable for one moment. */
import type { Anomaly } from '../db/app/stores/anomalies.ts';
import type { Baseline } from '../db/app/stores/baselines.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { SyncRun } from '../db/app/stores/runs.ts';
import { afterDismissals } from '../domain/anomaly-dismissal.ts';
import { episodeOf, stepEpisode } from '../domain/anomaly-episode.ts';
import { anomalyAdvice, anomalySentence } from '../domain/anomaly-words.ts';
import { judgeFigure, judgeThinHours, type Hour, type Measure, type SamplesOf, type Verdict } from '../domain/anomaly.ts';
import { aroundSlot, daysNeeded, daysOf, slotReader, type Slot } from '../domain/baseline.ts';
import type { CanonicalObject } from '../domain/records.ts';
import { figuresOf, type RunFigure } from '../domain/run-figures.ts';
import type { ActivityDeps } from './deps.ts';

type Deps = Pick<ActivityDeps, 'app'>;
const cause = 'anomaly';

export interface Moment {
  connection: Connection;
  /** The stream, or `webhooks`. */
  subject: string;
  object: CanonicalObject | null;
  at: Date;
  figures: RunFigure[];
}

/** At the end of a good run: its duration, its counts and its share of failures. */
export async function watchRun({ app }: Deps, connection: Connection, run: SyncRun): Promise<void> {
  if (run.trigger !== 'schedule' || !run.finishedAt) return;
  const { stream, object, cadenceS } = (await app.jobs.find(run.jobId))!;
  const previousAt = await app.runs.goodBefore(run.id);
  const figures = figuresOf({ ...run, finishedAt: run.finishedAt, previousAt, cadenceS });
  if (figures.length > 0) await judgeFigures({ app }, { connection, subject: stream, object, at: run.startedAt, figures });
}

/** `hoursBefore` answers the hours up to this one, for what may come in too little over several of them. */
export async function judgeFigures({ app }: Deps, moment: Moment, hoursBefore?: (baseline: Baseline) => Hour[]): Promise<void> {
  const { connection, subject, at, figures } = moment;
  const of = { connectionId: connection.id, subject };
  const timeZone = (await app.companies.find(connection.companyId))?.timeZone ?? 'UTC';
  const slot = slotReader(timeZone)(at);
  const baseline = await readEnough(app, of, figures, slot);
  const open = await app.anomalies.open(of);
  const judged = new Map<Measure, number | null>();
  for (const figure of figures) {
    const { measure, value } = figure;
    const samples = baseline.get(measure) ?? new Map();
    const samplesOf: SamplesOf = (slots) =>
      new Map(slots.flatMap((each) => (samples.has(each) ? [[each, samples.get(each)]] : [])));
    const judge = (tolerance: number): Verdict => {
      const verdict = judgeFigure({ ...figure, slot, tolerance }, samplesOf);
      const together =
        verdict.is === 'usual' && hoursBefore ? judgeThinHours(hoursBefore(baseline), tolerance, samplesOf) : verdict;
      return together.is === 'unusual' ? together : verdict;
    };
    let verdict = judge(1);
    if (verdict.is === 'unusual')
      verdict = afterDismissals(
        verdict,
        { slot, at: at.getTime() / 1000 },
        await app.anomalies.dismissals({ ...of, measure }, at),
        judge,
      );
    const counts = await settle({ app }, moment, { figure, slot, timeZone, verdict, open: open.get(measure) });
    judged.set(measure, counts ? value : null);
    // That nothing changed in a run that read nothing is the same trouble.
    if (measure === 'records_read' && verdict.is === 'unusual') break;
  }
  await app.baselines.remember({ ...of, slot, at, values: judged });
}

/** A few rows, or all of them while the hour itself has too little history: then they are few and short. */
async function readEnough(app: Deps['app'], of: { connectionId: string; subject: string }, figures: RunFigure[], slot: Slot) {
  const near = await app.baselines.read(of, [...aroundSlot(slot), ...(of.subject === webhooks ? hoursBeforeSlot(slot) : [])]);
  const days = daysOf(near.get(figures[0]!.measure)?.get(slot) ?? []);
  return days >= daysNeeded.weekday_hour ? near : app.baselines.read(of);
}
/** As subject: what comes by webhook, by the hour. */
export const webhooks = 'webhooks';
const hoursBeforeSlot = (slot: Slot): Slot[] => Array.from({ length: 24 }, (_, hour) => (slot + 168 - hour) % 168);

/** Brings anomaly and task in line with the verdict. Answers whether the figure belongs into the baseline. */
async function settle(
  { app }: Deps,
  { connection, subject, object, at }: Moment,
  {
    figure: { measure, of },
    slot,
    timeZone,
    verdict,
    open,
  }: { figure: RunFigure; slot: Slot; timeZone: string; verdict: Verdict; open: Anomaly | undefined },
): Promise<boolean> {
  const { id: connectionId, companyId, label } = connection;
  const { does, counts } = stepEpisode(open ? episodeOf(open) : null, Math.floor(at.getTime() / 1000), verdict);
  if ((does === 'open' || does === 'repeat') && verdict.is === 'unusual') {
    const sentence = anomalySentence({ ...verdict, measure, object, of, at, timeZone });
    const seen = { connectionId, companyId, subject, measure, unusual: verdict, slot, at, sentence };
    const anomaly = await app.anomalies.see(seen);
    const task = { companyId, connectionId, cause, subject: anomaly.id, sentence: `${label}: ${sentence} ${anomalyAdvice}` };
    // Who has confirmed it knows; it ends by itself.
    if (!anomaly.decision) await app.tasks.open(task);
  }
  if (open && does === 'calm') await app.anomalies.calm(open.id, at);
  if (open && (does === 'close' || does === 'adopt')) {
    await app.anomalies.end(open.id, does === 'close' ? 'usual_again' : 'adopted', at);
    const note =
      does === 'close' ? 'The values are usual again.' : 'Nobody decided for two weeks, so it is taken for the usual now.';
    await app.tasks.completeBySubject(open.id, note, 'engine');
  }
  return counts;
}

/** Nothing is measured any more. Repeatable. */
export async function endAnomalies({ app, now }: Pick<ActivityDeps, 'app' | 'now'>, connectionId: string): Promise<void> {
  for (;;) {
    const { items } = await app.anomalies.list({ connectionId, open: true, limit: 100 });
    for (const { id } of items) {
      await app.tasks.completeBySubject(id, 'The connection was disconnected.', 'engine');
      await app.anomalies.end(id, 'disconnected', now());
    }
    if (items.length === 0) return;
  }
}
