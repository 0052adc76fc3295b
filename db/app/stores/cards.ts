import type { CardFacts } from '../../../domain/card.ts';
import { metricPeriods } from '../../../domain/metric-definition.ts';
import type { MetricKey } from '../../../domain/metrics.ts';
import { newId } from '../../ids.ts';
import { plainDecimal, select, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { companiesAbove } from '../company-tree.ts';
import type { AppDb } from '../context.ts';
import { freshWithinS } from '../fresh-within.ts';
import { newestSnapshot } from '../newest-snapshot.ts';

export type StoredCardFacts = Omit<CardFacts, 'now' | 'providerLabel' | 'metric'> & {
  cardId: string;
  connectionId: string;
  providerKey: string;
  metricKey: MetricKey;
};

export type StoredShareFacts = Omit<StoredCardFacts, 'cardId'>;

export interface CardStore {
  /** One card for each connection and metric, with the client's next action. Repeatable. */
  save(input: {
    companyId: string;
    connectionId: string;
    metricKey: MetricKey;
    nextAction: string;
    explanation: string;
  }): Promise<void>;
  /** What the company's cards are built from: its own connections, never a sibling's or a franchise's. */
  facts(input: { companyId: string; connectionId?: string | undefined }): Promise<StoredCardFacts[]>;
  /** The same for the company's share of connections that a company above shares with it. */
  shares(input: { companyId: string; connectionId?: string | undefined }): Promise<StoredShareFacts[]>;
}

const newest = (kind: 'baseline' | 'current' | 'manual') => newestSnapshot(kind, 'card.connection_id', 'card.metric_key');

/** What waits for a person, by the unique key of what a snapshot comes from. */
const heldOf = (of: string) =>
  `held.connection_id = ${of}.connection_id AND held.metric_key = ${of}.metric_key AND held.kind = 'held' AND held.origin = 'open'`;

/** People who were phoned in place of a message, as long back as the metric goes. */
const phonedSql = `(SELECT COUNT(*) FROM message_fallbacks f WHERE f.connection_id = card.connection_id AND f.how = 'phoned'
  AND f.done_at > UTC_TIMESTAMP(3) - INTERVAL ${metricPeriods.last_30_days.days} DAY)`;

export function cardStore(db: AppDb): CardStore {
  const { sequelize } = db;
  return {
    save: ({ companyId, connectionId, metricKey, nextAction, explanation }) =>
      inTransaction(sequelize, async (transaction) => {
        await write(
          sequelize,
          `INSERT INTO portal_cards (id, company_id, connection_id, metric_key, next_action, explanation)
           VALUES (:id, :companyId, :connectionId, :metricKey, :nextAction, :explanation)
           ON DUPLICATE KEY UPDATE next_action = VALUES(next_action), explanation = VALUES(explanation)`,
          { id: newId('card'), companyId, connectionId, metricKey, nextAction, explanation },
          transaction,
        );
        await write(
          sequelize,
          'UPDATE integration_settings SET next_action = :nextAction WHERE connection_id = :connectionId',
          { connectionId, nextAction },
          transaction,
        );
      }),

    async facts({ companyId, connectionId = null }) {
      const rows = await select<CardRow>(
        sequelize,
        `SELECT card.id AS cardId, card.connection_id AS connectionId, card.metric_key AS metricKey,
           card.next_action AS nextAction, connection.provider_key AS providerKey, connection.state,
           connection.last_success_at AS lastSuccessAt,
           ${freshWithinS('connection.id', 'settings.policy')} AS freshWithinS,
           baseline.value AS baselineValue, baseline.taken_at AS baselineAt,
           shown.value AS currentValue, shown.taken_at AS currentAt, shown.kind AS currentKind,
           COALESCE(shown.currency, baseline.currency) AS currency, COALESCE(shown.left_out, 0) AS leftOut, held.id IS NOT NULL AS isHeld,
           CAST(shown.period_start AS CHAR) AS fromDay, CAST(shown.period_end AS CHAR) AS untilDay,
           EXISTS (SELECT 1 FROM metric_snapshots byHand WHERE byHand.connection_id = card.connection_id
             AND byHand.metric_key = card.metric_key AND byHand.kind = 'manual' AND byHand.state = 'active') AS isByHand,
           spoken.taken_at AS spokenFrom, COALESCE(spoken.ended_at, compared.reconciled_at) AS spokenUntil,
           spoken.expires_at AS spokenEnd, compared.manual_value AS spokenValue, compared.provider_value AS comparedValue,
           compared.reconciled_at AS comparedAt,
           IF(card.metric_key = 'messages_delivered', ${phonedSql}, 0) AS phoned
         FROM portal_cards card
         JOIN integration_connections connection ON connection.id = card.connection_id
         JOIN integration_settings settings ON settings.connection_id = card.connection_id
         LEFT JOIN metric_snapshots baseline ON baseline.id = ${newest('baseline')}
         LEFT JOIN metric_snapshots shown ON shown.id = COALESCE(${newest('manual')}, ${newest('current')})
         LEFT JOIN metric_snapshots held ON ${heldOf('card')}
         LEFT JOIN metric_reconciliations compared ON compared.id = (SELECT id FROM metric_reconciliations
           WHERE connection_id = card.connection_id AND metric_key = card.metric_key ORDER BY id DESC LIMIT 1)
         LEFT JOIN metric_snapshots spoken ON spoken.id = compared.snapshot_id
         WHERE card.company_id = :companyId AND (:connectionId IS NULL OR card.connection_id = :connectionId)
         ORDER BY card.id`,
        { companyId, connectionId },
      );
      return rows.map((row) => ({ cardId: row.cardId, ...outgoing(row) }));
    },

    async shares({ companyId, connectionId = null }) {
      const above = await companiesAbove(db, companyId);
      if (above.length === 0) return [];
      const rows = await select<Omit<CardRow, 'cardId'>>(
        sequelize,
        `SELECT share.connection_id AS connectionId, share.metric_key AS metricKey, NULL AS nextAction,
           connection.provider_key AS providerKey, connection.state, connection.last_success_at AS lastSuccessAt,
           ${freshWithinS('connection.id', 'settings.policy')} AS freshWithinS,
           share.baseline_value AS baselineValue, share.baseline_at AS baselineAt,
           share.value AS currentValue, shown.taken_at AS currentAt, 'current' AS currentKind,
           shown.currency, 0 AS leftOut, held.id IS NOT NULL AS isHeld, 0 AS isByHand, 0 AS phoned
         FROM metric_shares share
         JOIN integration_connections connection ON connection.id = share.connection_id
         JOIN integration_settings settings ON settings.connection_id = share.connection_id
         LEFT JOIN metric_snapshots shown ON shown.id = ${newestSnapshot('current', 'share.connection_id', 'share.metric_key')}
         LEFT JOIN metric_snapshots held ON ${heldOf('share')}
         WHERE share.company_id = :companyId AND connection.company_id IN (:above)
           AND (:connectionId IS NULL OR share.connection_id = :connectionId)
         ORDER BY share.connection_id, share.metric_key`,
        { companyId, above, connectionId },
      );
      return rows.map(outgoing);
    },
  };
}

type CardRow = Pick<
  StoredCardFacts,
  'cardId' | 'connectionId' | 'metricKey' | 'providerKey' | 'state' | 'nextAction' | 'currency' | 'leftOut'
> & {
  lastSuccessAt: Date | null;
  freshWithinS: number;
  baselineValue: string | null;
  baselineAt: Date | null;
  currentValue: string | null;
  currentAt: Date | null;
  currentKind: 'current' | 'manual' | null;
  isHeld: number;
  /** A value by hand is in force, ended or not. */
  isByHand: number;
  phoned: number | string;
} & Partial<SpokenRow>;

/** What a person says or said, for a company's own connection. */
interface SpokenRow {
  fromDay: string | null;
  untilDay: string | null;
  spokenFrom: Date | null;
  spokenUntil: Date;
  spokenEnd: Date | null;
  spokenValue: string;
  comparedValue: string | null;
  comparedAt: Date;
}

function outgoing(row: Omit<CardRow, 'cardId'>): StoredShareFacts {
  const { connectionId, metricKey, providerKey, state, nextAction, currency = null } = row;
  const { lastSuccessAt, leftOut, isHeld, isByHand, baselineValue, baselineAt, currentValue, currentAt, currentKind } = row;
  const enteredByPerson = currentKind === 'manual';
  return {
    connectionId,
    metricKey,
    providerKey,
    state,
    nextAction,
    currency,
    freshWithinS: row.freshWithinS,
    // One server answers a number, the other its text.
    leftOut: Number(leftOut),
    phoned: Number(row.phoned),
    underReview: isHeld === 1,
    lastSuccessAt: lastSuccessAt?.toISOString() ?? null,
    baseline: baselineValue !== null && baselineAt ? { value: plainDecimal(baselineValue), at: baselineAt.toISOString() } : null,
    current:
      currentValue !== null && currentAt
        ? { value: plainDecimal(currentValue), at: currentAt.toISOString(), enteredByPerson }
        : null,
    byHandDays: enteredByPerson && row.fromDay && row.untilDay ? { from: row.fromDay, until: row.untilDay } : null,
    byHandEnded: isByHand === 1 && !enteredByPerson,
    afterword: afterwordOf(row),
  };
}

/** Until it was taken away, or its time was over, or the source was back. */
function afterwordOf({ spokenFrom, spokenUntil, spokenEnd, spokenValue, comparedValue = null, comparedAt }: Partial<SpokenRow>) {
  if (!spokenFrom || !spokenUntil || !spokenValue || !comparedAt) return null;
  const until = spokenEnd && spokenEnd < spokenUntil ? spokenEnd : spokenUntil;
  return {
    from: spokenFrom.toISOString(),
    until: until.toISOString(),
    manualValue: plainDecimal(spokenValue),
    providerValue: comparedValue === null ? null : plainDecimal(comparedValue),
    comparedAt: comparedAt.toISOString(),
  };
}
