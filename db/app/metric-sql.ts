/** Turns a metric's rule into SQL over canonical rows. Values go in by name: `:connectionId`, `:from`, `:until`, and `:currency` for money. */
import type { MetricConditions, MetricDefinition, MetricRule, MetricSource } from '../../domain/metric-definition.ts';
import { metricPeriods, stalledAfterDays } from '../../domain/metric-definition.ts';
import { sqlTime } from '../sql.ts';

interface SourceSql<Condition extends string> {
  rows: string;
  /** Whose connection the rows are of, and which of them count anywhere. */
  of: string;
  companyId: string;
  /** The time that a period bounds; `null` for how things stand. */
  time: string | null;
  where: Record<Condition, string>;
}

const stageOf = (row: string, column: string, name: string) =>
  `pipeline_stages ${name} ON ${name}.connection_id = ${row}.connection_id AND ${name}.external_id = ${row}.${column}`;

/** Their index has all of a message that is asked. Left to itself, MySQL reads every row, which takes several times as long. */
const message: SourceSql<MetricConditions['message']> = {
  rows: 'messages m FORCE INDEX (messages_by_share)',
  of: 'm.connection_id = :connectionId',
  companyId: 'm.company_id',
  time: 'm.occurred_at',
  where: {
    inbound: `m.direction = 'inbound'`,
    outbound: `m.direction = 'outbound'`,
    delivered: `m.status IN ('delivered', 'read')`,
    ended: `m.status IN ('delivered', 'read', 'undelivered', 'failed')`,
  },
};

/**
 * A step counts while its deal is there and the meaning of its stage is known. The index has all of a step that is asked, and few deals
 * are gone, so that no deal is read for it.
 */
const movement: SourceSql<MetricConditions['movement']> = {
  rows: `deal_stage_movements m FORCE INDEX (deal_stage_movements_by_period)
    JOIN ${stageOf('m', 'to_stage', 'target')} LEFT JOIN ${stageOf('m', 'from_stage', 'origin')}`,
  of: `m.connection_id = :connectionId AND m.deal_external_id NOT IN
    (SELECT gone.external_id FROM deals gone WHERE gone.connection_id = :connectionId AND gone.deleted_at IS NOT NULL)`,
  companyId: 'm.company_id',
  time: 'm.moved_at',
  where: {
    forward: `(target.kind = 'won' AND (origin.kind IS NULL OR origin.kind <> 'won') OR target.kind = 'open' AND origin.kind = 'open'
      AND target.pipeline_external_id = origin.pipeline_external_id AND target.position > origin.position)`,
    into_won: `(target.kind = 'won' AND (origin.kind IS NULL OR origin.kind <> 'won'))`,
    into_lost: `(target.kind = 'lost' AND (origin.kind IS NULL OR origin.kind <> 'lost'))`,
    closed: `(target.kind <> 'open' AND (origin.kind IS NULL OR origin.kind <> target.kind))`,
    held: `NOT EXISTS (SELECT 1 FROM deal_stage_movements later JOIN ${stageOf('later', 'to_stage', 'after')}
      WHERE later.connection_id = m.connection_id AND later.deal_external_id = m.deal_external_id AND later.moved_at > m.moved_at
        AND later.moved_at <= :until AND after.kind <> target.kind)`,
    left_open: `(origin.kind = 'open' AND m.entered_at IS NOT NULL)`,
  },
};

const stillSince = `CAST(:until AS DATETIME(3)) - INTERVAL ${stalledAfterDays} DAY`;
const firstStep = `(SELECT MIN(step.moved_at) FROM deal_stage_movements step
  WHERE step.connection_id = d.connection_id AND step.deal_external_id = d.external_id)`;
const deal: SourceSql<MetricConditions['deal']> = {
  rows: `deals d FORCE INDEX (deals_standing) JOIN ${stageOf('d', 'stage', 'stage')}`,
  of: 'd.connection_id = :connectionId AND d.deleted_at IS NULL',
  companyId: 'd.company_id',
  time: null,
  where: {
    open: `stage.kind = 'open'`,
    stalled: `d.external_id NOT IN (SELECT step.deal_external_id FROM deal_stage_movements step
        WHERE step.connection_id = :connectionId AND step.moved_at > ${stillSince})
      AND COALESCE(d.opened_at, ${firstStep}, d.created_at) <= ${stillSince}`,
  },
};

const optOut: SourceSql<MetricConditions['opt_out']> = {
  rows: 'message_opt_outs o',
  of: 'o.connection_id = :connectionId',
  companyId: 'o.company_id',
  time: 'o.changed_at',
  where: { out: `o.state = 'out'` },
};

const sources: { [Source in MetricSource]: SourceSql<MetricConditions[Source]> } = { message, movement, deal, opt_out: optOut };

const amountsOf = 'JOIN deals d ON d.connection_id = m.connection_id AND d.external_id = m.deal_external_id';
/** What of each row is counted once. */
const eachOf = { row: null, deal: 'm.deal_external_id' } as const;
const isMain = 'd.currency <=> :currency AND d.amount IS NOT NULL';

/** One row: `value`, `leftOut`. By company, where the shares are asked for: `companyId` beside them. */
export function metricSql({ source, rule }: Pick<MetricDefinition, 'source' | 'rule'>, byCompany = false): string {
  const { rows, of, time, companyId, where } = sources[source] as SourceSql<string>;
  const all = (names: readonly string[]) => names.map((name) => where[name]).join(' AND ');
  const window = time === null ? '' : `AND ${time} > :from AND ${time} <= :until`;
  const amounts = rule.how === 'sum_amount' ? amountsOf : '';
  const from = `FROM ${rows} ${amounts} WHERE ${of} ${window} AND ${all(rule.where)}`;
  const owner = byCompany ? `${companyId} AS companyId, ` : '';
  const group = byCompany ? `GROUP BY ${companyId}` : '';
  if (rule.how === 'median_days_in_stage') return medianSql(from, byCompany ? companyId : null);
  return `SELECT ${owner}${aggregate(rule, all)} ${from} ${group}`;
}

function aggregate(
  rule: Exclude<MetricRule, { how: 'median_days_in_stage' }>,
  all: (names: readonly string[]) => string,
): string {
  if (rule.how === 'sum_amount')
    return `COALESCE(SUM(IF(${isMain}, d.amount, 0)), 0) AS value, COALESCE(SUM(NOT (${isMain})), 0) AS leftOut`;
  const each = eachOf[rule.each];
  const counted = (condition: string | null) => {
    if (each === null) return condition === null ? 'COUNT(*)' : `SUM(${condition})`;
    return `COUNT(DISTINCT ${condition === null ? each : `IF(${condition}, ${each}, NULL)`})`;
  };
  const value =
    rule.how === 'count' ? counted(null) : `ROUND(100 * ${counted(all(rule.numerator))} / NULLIF(${counted(null)}, 0), 1)`;
  return `${value} AS value, 0 AS leftOut`;
}

/** Not every server has a median: the middle row, or the mean of the two. Days with one decimal. */
function medianSql(from: string, companyId: string | null): string {
  const partition = companyId === null ? '' : `PARTITION BY ${companyId}`;
  const owner = companyId === null ? '' : 'companyId, ';
  const seconds = 'TIMESTAMPDIFF(SECOND, m.entered_at, m.moved_at)';
  return `SELECT ${owner}ROUND(AVG(seconds) / 86400, 1) AS value, 0 AS leftOut FROM (
      SELECT ${companyId === null ? '' : `${companyId} AS companyId, `}${seconds} AS seconds,
        ROW_NUMBER() OVER (${partition} ORDER BY ${seconds}) AS place, COUNT(*) OVER (${partition}) AS total ${from}
    ) passed WHERE place IN (FLOOR((total + 1) / 2), CEIL((total + 1) / 2)) ${companyId === null ? '' : 'GROUP BY companyId'}`;
}

/** The currency that the connection's values were told in. It stays, so that a value may be compared with its baseline. */
export const toldCurrencySql = `SELECT currency FROM metric_snapshots WHERE connection_id = :connectionId AND metric_key = :metricKey
  AND kind IN ('baseline', 'current') AND currency IS NOT NULL ORDER BY taken_at DESC LIMIT 1`;
/** The one that most of its deals have. */
export const mainCurrencySql = `SELECT currency FROM deals WHERE connection_id = :connectionId AND deleted_at IS NULL AND amount IS NOT NULL
  GROUP BY currency ORDER BY COUNT(*) DESC, currency LIMIT 1`;

const dayMs = 86_400_000;

/** After `from`, until and with `until`: the metric's own period unless another begin is given. Times have whole milliseconds. */
export function rollingWindow(
  { period }: Pick<MetricDefinition, 'period'>,
  until: Date,
  from?: Date,
): { from: string; until: string } {
  const { days } = metricPeriods[period];
  return { from: sqlTime(from ?? new Date(until.getTime() - (days ?? 0) * dayMs)), until: sqlTime(until) };
}
