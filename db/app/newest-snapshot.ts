/**
 * SQL for the id of the newest snapshot that is shown, by metric_snapshots_newest. `connection` and `metric` are columns. A value by hand
 * ends when it is read, by the database's clock: nothing has to run for it.
 */
export const newestSnapshot = (kind: 'baseline' | 'current' | 'manual', connection: string, metric: string): string =>
  `(SELECT id FROM metric_snapshots WHERE connection_id = ${connection} AND metric_key = ${metric} AND kind = '${kind}'
    AND state = 'active'${kind === 'manual' ? ` AND ${stillShown}` : ''} ORDER BY taken_at DESC LIMIT 1)`;

const stillShown = '(expires_at IS NULL OR expires_at > UTC_TIMESTAMP(3))';

/** SQL for values by hand that the source's own has not been compared with: those in force, ended or not, and those taken away before. */
export const notCompared = (of: string): string =>
  `${of}.kind = 'manual' AND (${of}.state = 'active' OR (${of}.state = 'closed' AND ${of}.ended_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM metric_reconciliations done WHERE done.snapshot_id = ${of}.id)))`;
