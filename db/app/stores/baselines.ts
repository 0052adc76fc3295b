import type { Measure } from '../../../domain/anomaly.ts';
import { remember, type Sample, type Slot } from '../../../domain/baseline.ts';
import { select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import type { AppDb } from '../context.ts';
import type { Transaction } from 'sequelize';

/** What is measured: the runs of a stream, or what comes by webhook. */
export interface Measured {
  connectionId: string;
  subject: string;
}
export type Baseline = Map<Measure, Map<Slot, Sample[]>>;

export interface BaselineStore {
  /** Samples by measure and slot; every slot where none is named. */
  read(of: Measured, slots?: readonly Slot[]): Promise<Baseline>;
  /** Keeps one sample of each of these measures; `null` is one that was judged and does not count. Repeatable: one of the same moment is kept once. */
  remember(of: Measured & { slot: Slot; at: Date; values: ReadonlyMap<Measure, number | null> }): Promise<void>;
  /** The newest moment of `subject` that was judged; a connection without any is left out. */
  knownUntil(connectionIds: string[], subject: string): Promise<Map<string, Date>>;
}

export function baselineStore({ sequelize }: AppDb): BaselineStore {
  return {
    read: (of, slots) => readBaseline(sequelize, of, slots),
    remember: (of) => inTransaction(sequelize, (transaction) => keepSamples(sequelize, of, transaction)),

    async knownUntil(connectionIds, subject) {
      if (connectionIds.length === 0) return new Map();
      const rows = await select<{ connectionId: string; at: Date }>(
        sequelize,
        `SELECT connection_id AS connectionId, MAX(last_at) AS \`at\` FROM integration_baselines
         WHERE connection_id IN (:connectionIds) AND subject = :subject GROUP BY connection_id`,
        { connectionIds, subject },
      );
      return new Map(rows.map(({ connectionId, at }) => [connectionId, at]));
    },
  };
}

async function readBaseline(
  sequelize: AppDb['sequelize'],
  { connectionId, subject }: Measured,
  slots?: readonly Slot[],
  transaction?: Transaction,
): Promise<Baseline> {
  const which = `${slots ? 'AND slot IN (:slots)' : ''} ${transaction ? 'FOR UPDATE' : ''}`;
  const rows = await select<{ measure: Measure; slot: Slot; samples: string }>(
    sequelize,
    `SELECT measure, slot, samples FROM integration_baselines
     WHERE connection_id = :connectionId AND subject = :subject ${which}`,
    { connectionId, subject, slots },
    transaction,
  );
  const baseline: Baseline = new Map();
  for (const { measure, slot, samples } of rows) {
    const known = baseline.get(measure) ?? new Map<Slot, Sample[]>();
    known.set(
      slot,
      (JSON.parse(samples) as [number, number][]).map(([at, value]) => ({ at, value })),
    );
    baseline.set(measure, known);
  }
  return baseline;
}

/** `remember`, within what else a transaction does. */
export async function keepSamples(
  sequelize: AppDb['sequelize'],
  { slot, at, values, ...of }: Parameters<BaselineStore['remember']>[0],
  transaction: Transaction,
): Promise<void> {
  if (values.size === 0) return;
  const known = await readBaseline(sequelize, of, [slot], transaction);
  const seconds = Math.floor(at.getTime() / 1000);
  const rows = [...values].map(([measure, value]) => {
    const before = known.get(measure)?.get(slot) ?? [];
    const samples = value === null ? before : remember(before, { at: seconds, value: Math.round(value * 10_000) / 10_000 });
    const text = JSON.stringify(samples.map((sample) => [sample.at, sample.value]));
    return [of.connectionId, of.subject, measure, slot, text, sqlTime(at)];
  });
  await write(
    sequelize,
    `INSERT INTO integration_baselines (connection_id, subject, measure, slot, samples, last_at) VALUES :rows
     ON DUPLICATE KEY UPDATE samples = VALUES(samples), last_at = GREATEST(integration_baselines.last_at, VALUES(last_at))`,
    { rows },
    transaction,
  );
}
