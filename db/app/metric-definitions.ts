import type { Sequelize } from 'sequelize';
import { metricDefinitions } from '../../domain/metrics.ts';
import { write } from '../sql.ts';

/** Writes the metrics that the domain knows as rows, so that a snapshot of any other is refused by its foreign key. */
export async function writeMetricDefinitions(sequelize: Sequelize): Promise<void> {
  await write(
    sequelize,
    `INSERT INTO metric_definitions (metric_key, title, source, period, unit, client_meaning) VALUES :rows
     ON DUPLICATE KEY UPDATE title = VALUES(title), source = VALUES(source), period = VALUES(period), unit = VALUES(unit),
       client_meaning = VALUES(client_meaning)`,
    {
      rows: metricDefinitions.map((metric) => [
        metric.key,
        metric.title,
        metric.object,
        metric.period,
        metric.unit,
        metric.clientMeaning,
      ]),
    },
  );
}
