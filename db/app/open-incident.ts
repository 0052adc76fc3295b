import type { Transaction } from 'sequelize';
import type { FailureCode } from '../../domain/failure.ts';
import { judgeOpening, type FlappingPolicy, type Opening } from '../../domain/flapping.ts';
import { boundedSentence } from '../hash.ts';
import { newId } from '../ids.ts';
import { select, sqlTime, write } from '../sql.ts';
import { appendAudit } from './audit-chain.ts';
import type { AppDb } from './context.ts';

export interface OpenIncidentInput {
  companyId: string;
  connectionId: string;
  cause: FailureCode;
  sentence: string;
  flapping: FlappingPolicy;
}

export interface OpenedIncident {
  incidentId: string;
  /** `repeat`: it was open already. */
  opening: Opening | 'repeat';
}

interface Earlier {
  id: string;
  closedAt: Date;
  state: 'recovered' | 'resolved';
  flapping: number;
}

/**
 * One open incident for each connection and cause. What comes back soon, or again and again, is the incident that was closed: it goes on
 * with what was told and answered. The connection's row is locked first, so that two who open at once make one.
 */
export async function openIncident(db: AppDb, input: OpenIncidentInput, transaction: Transaction): Promise<OpenedIncident> {
  const { connectionId, cause } = input;
  const at = new Date();
  const values = { connectionId, cause, sentence: boundedSentence(input.sentence), now: sqlTime(at) };
  const read = <Row extends object>(sql: string) => select<Row>(db.sequelize, sql, values, transaction);
  await read('SELECT id FROM integration_connections WHERE id = :connectionId FOR UPDATE');

  const { affectedRows } = await write(
    db.sequelize,
    `UPDATE escalations SET repeats = repeats + 1, sentence = :sentence, last_seen_at = :now
     WHERE connection_id = :connectionId AND open_cause = :cause`,
    values,
    transaction,
  );
  if (affectedRows > 0) {
    const [open] = await read<{ id: string }>(
      'SELECT id FROM escalations WHERE connection_id = :connectionId AND open_cause = :cause FOR UPDATE',
    );
    return { incidentId: open!.id, opening: 'repeat' };
  }

  const [earlier] = await read<Earlier>(
    `SELECT id, state, closed_at AS closedAt, flapping_since IS NOT NULL AS flapping FROM escalations
     WHERE connection_id = :connectionId AND cause = :cause AND closed_at IS NOT NULL ORDER BY closed_at DESC LIMIT 1 FOR UPDATE`,
  );
  const openings = await read<{ at: Date }>(
    'SELECT opened_at AS `at` FROM incident_openings WHERE connection_id = :connectionId AND cause = :cause ORDER BY opened_at DESC LIMIT 100',
  );
  const opening = judgeOpening(
    earlier
      ? {
          closedAtMs: earlier.closedAt.getTime(),
          outcome: earlier.state,
          flapping: earlier.flapping === 1,
          openedAtMs: openings.map((each) => each.at.getTime()),
        }
      : null,
    at.getTime(),
    input.flapping,
  );
  const incidentId = opening === 'new' ? newId('incident') : earlier!.id;
  await write(
    db.sequelize,
    opening === 'new' ? insert : reopen,
    { ...values, ...input, sentence: values.sentence, incidentId, opening },
    transaction,
  );
  await write(
    db.sequelize,
    `INSERT INTO incident_openings (connection_id, cause, opened_at, incident_id) VALUES (:connectionId, :cause, :now, :incidentId)
     ON DUPLICATE KEY UPDATE incident_id = VALUES(incident_id)`,
    { ...values, incidentId },
    transaction,
  );
  const detail = { connectionId, cause, ...(opening !== 'new' && { opening }) };
  const action = opening === 'new' ? 'incident.open' : 'incident.reopen';
  const { companyId } = input;
  await appendAudit(db, { companyId, actor: 'engine', action, subject: incidentId, outcome: 'done', detail }, transaction);
  return { incidentId, opening };
}

const insert = `INSERT INTO escalations (id, company_id, connection_id, cause, open_cause, sentence, state, opened_at, last_seen_at)
  VALUES (:incidentId, :companyId, :connectionId, :cause, :cause, :sentence, 'open', :now, :now)`;

/** Whoever acknowledged it or took it over still does. */
const reopen = `UPDATE escalations SET open_cause = :cause, closed_at = NULL, note = NULL, sentence = :sentence, last_seen_at = :now,
  reopened = reopened + 1, flapping_since = IF(:opening = 'flapping', COALESCE(flapping_since, :now), flapping_since),
  state = CASE WHEN taken_over_by IS NOT NULL THEN 'taken_over' WHEN acknowledged_by IS NOT NULL THEN 'acknowledged' ELSE 'open' END
  WHERE id = :incidentId`;
