import type { ConnectionState } from '../../../domain/connection-state.ts';
import { definitionOf, type MetricKey } from '../../../domain/metrics.ts';
import type { Feed, RollUpFacts } from '../../../domain/roll-up.ts';
import { plainDecimal, select } from '../../sql.ts';
import { companiesAbove, withBelow } from '../company-tree.ts';
import type { AppDb } from '../context.ts';
import { freshWithinS } from '../fresh-within.ts';
import { newestSnapshot } from '../newest-snapshot.ts';

export type StoredFeed = Feed & { providerKey: string; metricKey: MetricKey };

export interface RollUpStore {
  /** The company and everything under it. */
  companies(companyId: string): Promise<RollUpFacts['companies']>;
  /**
   * What feeds the metrics of a company and of everything under it: their own connections, and their share of those that a company
   * above shares with them. The same few queries, however many companies there are.
   */
  feeds(companyId: string): Promise<StoredFeed[]>;
}

export function rollUpStore(db: AppDb): RollUpStore {
  const { sequelize } = db;
  const read = <Row extends object>(id: string, sql: string) => select<Row>(sequelize, `${withBelow} ${sql}`, { id });

  return {
    companies: (companyId) =>
      read(
        companyId,
        `SELECT c.id, c.name, c.parent_company_id AS parentCompanyId FROM below b JOIN companies c ON c.id = b.id ORDER BY c.id`,
      ),

    async feeds(companyId) {
      const above = new Set(await companiesAbove(db, companyId));
      const inside = new Set((await read<{ id: string }>(companyId, 'SELECT id FROM below')).map(({ id }) => id));
      const fedBy = byConnection(
        await read<{ connectionId: string; companyId: string }>(
          companyId,
          `SELECT DISTINCT k.connection_id AS connectionId, k.company_id AS companyId
           FROM below b JOIN franchise_keys k ON k.company_id = b.id`,
        ),
      );
      const shares = await read<{ connectionId: string; metricKey: MetricKey; value: string | null }>(
        companyId,
        `SELECT s.connection_id AS connectionId, s.metric_key AS metricKey, SUM(s.value) AS value
         FROM below b JOIN metric_shares s ON s.company_id = b.id GROUP BY s.connection_id, s.metric_key`,
      );
      const shareOf = new Map(shares.map((share) => [`${share.connectionId} ${share.metricKey}`, plainOrNull(share.value)]));
      // By connection, each found by its own index: those of the companies, and those that a key names one of them on.
      const rows = await read<FeedRow>(
        companyId,
        `SELECT c.id AS connectionId, c.company_id AS companyId, c.provider_key AS providerKey, c.state,
           c.last_success_at AS lastSuccessAt, ${freshWithinS('c.id', 'settings.policy')} AS freshWithinS, metric.metric_key AS metricKey,
           byHand.value AS byHandValue, byHand.taken_at AS byHandAt, newest.value AS currentValue, newest.taken_at AS currentAt
         FROM (SELECT own.id FROM below b JOIN integration_connections own ON own.company_id = b.id
               UNION SELECT k.connection_id FROM below b JOIN franchise_keys k ON k.company_id = b.id) feeding
         JOIN integration_connections c ON c.id = feeding.id AND c.state <> 'disconnected'
         JOIN integration_settings settings ON settings.connection_id = c.id
         CROSS JOIN metric_definitions metric
         LEFT JOIN metric_snapshots byHand ON byHand.id = ${newestSnapshot('manual', 'c.id', 'metric.metric_key')}
         LEFT JOIN metric_snapshots newest ON newest.id = ${newestSnapshot('current', 'c.id', 'metric.metric_key')}`,
      );
      return rows
        .filter((row) => inside.has(row.companyId) || (above.has(row.companyId) && hasShares(row.metricKey)))
        .map((row) => {
          const keyed = fedBy.get(row.connectionId);
          const isInside = inside.has(row.companyId);
          return {
            providerKey: row.providerKey,
            metricKey: row.metricKey,
            companyIds: keyed ?? [row.companyId],
            state: row.state,
            lastSuccessAt: row.lastSuccessAt?.toISOString() ?? null,
            freshWithinS: row.freshWithinS,
            value: isInside ? wholeValue(row) : shareValue(row, shareOf.get(`${row.connectionId} ${row.metricKey}`)),
          };
        });
    },
  };
}

interface FeedRow {
  connectionId: string;
  companyId: string;
  providerKey: string;
  state: ConnectionState;
  lastSuccessAt: Date | null;
  freshWithinS: number;
  metricKey: MetricKey;
  byHandValue: string | null;
  byHandAt: Date | null;
  currentValue: string | null;
  currentAt: Date | null;
}

function wholeValue({ byHandValue, byHandAt, currentValue, currentAt }: FeedRow): Feed['value'] {
  if (byHandValue !== null && byHandAt)
    return { value: plainDecimal(byHandValue), at: byHandAt.toISOString(), enteredByPerson: true };
  if (!currentAt) return null;
  return { value: plainOrNull(currentValue), at: currentAt.toISOString(), enteredByPerson: false };
}

/** What a person entered by hand is the whole connection's, and no share of it. */
function shareValue({ currentAt }: FeedRow, value: string | null | undefined): Feed['value'] {
  return value === undefined || !currentAt ? null : { value, at: currentAt.toISOString(), enteredByPerson: false };
}

const plainOrNull = (value: string | null) => (value === null ? null : plainDecimal(value));
const hasShares = (metricKey: MetricKey) => definitionOf(metricKey).share.how === 'own_rows';

function byConnection(rows: { connectionId: string; companyId: string }[]): Map<string, string[]> {
  const grouped = new Map<string, string[]>();
  for (const { connectionId, companyId } of rows) grouped.set(connectionId, [...(grouped.get(connectionId) ?? []), companyId]);
  return grouped;
}
