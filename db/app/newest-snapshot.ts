/** SQL for the id of the newest snapshot that is shown, by metric_snapshots_newest. `connection` and `metric` are columns. */
export const newestSnapshot = (kind: 'baseline' | 'current' | 'manual', connection: string, metric: string): string =>
  `(SELECT id FROM metric_snapshots WHERE connection_id = ${connection} AND metric_key = ${metric} AND kind = '${kind}'
    AND state = 'active' ORDER BY taken_at DESC LIMIT 1)`;
