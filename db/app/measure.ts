import type { Sequelize, Transaction } from 'sequelize';
import type { Measured } from '../../domain/metric-definition.ts';
import { definitionOf, type MetricKey } from '../../domain/metrics.ts';
import { plainDecimal, select } from '../sql.ts';
import { mainCurrencySql, metricSql, rollingWindow, toldCurrencySql } from './metric-sql.ts';

export interface MeasureInput {
  connectionId: string;
  metricKey: MetricKey;
  until: Date;
  /** Where the period begins, for another than the metric's own. */
  from?: Date;
}
interface MeasuredRow {
  companyId: string;
  value: number | string | null;
  leftOut: number | string;
}

/** What a metric comes to on a connection, from its canonical rows. */
export async function measure(sequelize: Sequelize, input: MeasureInput, transaction?: Transaction): Promise<Measured> {
  const { sql, values, currency } = await prepare(sequelize, input, false, transaction);
  const [row] = await select<MeasuredRow>(sequelize, sql, values, transaction);
  return outgoing(row!, currency);
}

/** The same for each company whose rows the connection holds. */
export async function measureShares(sequelize: Sequelize, input: MeasureInput): Promise<Map<string, Measured>> {
  const { sql, values, currency } = await prepare(sequelize, input, true);
  const rows = await select<MeasuredRow>(sequelize, sql, values);
  return new Map(rows.map((row) => [row.companyId, outgoing(row, currency)]));
}

async function prepare(sequelize: Sequelize, input: MeasureInput, byCompany: boolean, transaction?: Transaction) {
  const { connectionId, metricKey, until, from } = input;
  const definition = definitionOf(metricKey);
  const window = rollingWindow(definition, until, from);
  const currency = definition.rule.how === 'sum_amount' ? await currencyOf(sequelize, input, transaction) : null;
  return { sql: metricSql(definition, byCompany), values: { connectionId, ...window, currency }, currency };
}

async function currencyOf(sequelize: Sequelize, ids: MeasureInput, transaction?: Transaction): Promise<string | null> {
  const { connectionId, metricKey } = ids;
  for (const sql of [toldCurrencySql, mainCurrencySql]) {
    const [row] = await select<{ currency: string | null }>(sequelize, sql, { connectionId, metricKey }, transaction);
    if (row) return row.currency;
  }
  return null;
}

function outgoing({ value, leftOut }: MeasuredRow, currency: string | null): Measured {
  return { value: value === null ? null : plainDecimal(String(value)), currency, leftOut: Number(leftOut) };
}
