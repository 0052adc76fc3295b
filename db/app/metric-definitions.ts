import type { Sequelize } from 'sequelize';
import { checkDefinition } from '../../domain/metric-definition.ts';
import { metricDefinitions } from '../../domain/metrics.ts';
import { write } from '../sql.ts';

/** Writes the metrics that the domain knows as rows, so that a snapshot of any other is refused by its foreign key. Throws for one that lacks something. */
export async function writeMetricDefinitions(sequelize: Sequelize): Promise<void> {
  for (const metric of metricDefinitions) {
    const verdict = checkDefinition(metric);
    if (!verdict.ok) throw new Error(verdict.sentence);
  }
  await write(
    sequelize,
    `INSERT INTO metric_definitions (metric_key, title, source, period, unit, client_meaning, rule) VALUES :rows
     ON DUPLICATE KEY UPDATE title = VALUES(title), source = VALUES(source), period = VALUES(period), unit = VALUES(unit),
       client_meaning = VALUES(client_meaning), rule = VALUES(rule)`,
    {
      rows: metricDefinitions.map((metric) => [
        metric.key,
        metric.title,
        metric.source,
        metric.period,
        metric.unit,
        metric.clientMeaning,
        JSON.stringify(metric.rule),
      ]),
    },
  );
}
