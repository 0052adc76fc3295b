import type { Transaction } from 'sequelize';
import { openForMs, timesInARow, type Circuit, type CircuitPolicy } from '../../../domain/circuit.ts';
import { connectionStates, schedulesRun } from '../../../domain/connection-state.ts';
import { boundedSentence } from '../../hash.ts';
import { elapsedMs, select, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';

/** An open circuit as those see it who would call. */
export interface OpenCircuit {
  /** Until it may be tried; 0 or less when it may be now. */
  probeInMs: number;
  /** Somebody is trying. */
  isProbed: boolean;
}
/** The right to try, until it is told how that went or `probeWithinMs` are over. */
export interface Probe {
  connectionId: string;
  number: number;
}
export interface CircuitOwner {
  connectionId: string;
  companyId: string;
}
/** What was changed, for a log line and for those who wait. */
export interface CircuitChange extends CircuitOwner {
  providerKey: string;
  state: 'open' | 'closed';
  times: number;
  reason: string;
}

/** All times are the database's own, so that the clocks of processes decide nothing. A change has its audit row. */
export interface CircuitStore {
  /** `null`: it is closed. */
  open(connectionId: string): Promise<OpenCircuit | null>;
  /** Opens it; `null` when it was open already. */
  trip(owner: CircuitOwner, reason: string, policy: CircuitPolicy): Promise<CircuitChange | null>;
  /** `null`: it is not yet time, somebody else tries, or it is closed. */
  claimProbe(connectionId: string, policy: CircuitPolicy): Promise<Probe | null>;
  /** The provider is still away: the next probe comes later. */
  probeFailed(probe: Probe, reason: string, policy: CircuitPolicy): Promise<void>;
  /** The probe told nothing: another may try at once. */
  probeUntold(probe: Probe): Promise<void>;
  /** `null` when it was closed already. */
  close(connectionId: string, reason: string): Promise<CircuitChange | null>;
  /** Of connections that should deliver, those that may be tried now; longest due first. */
  due(limit: number): Promise<CircuitOwner[]>;
  /** One that may be tried now is left alone for the longest wait. */
  postpone(connectionId: string, policy: CircuitPolicy): Promise<void>;
  /** As people see them; one that was never open is missing. */
  read(connectionIds: string[]): Promise<Map<string, Circuit>>;
  countOpen(): Promise<number>;
}

const now = 'UTC_TIMESTAMP(3)';
const delivering = connectionStates.filter(schedulesRun);
const inMs = (name: string) => `${now} + INTERVAL :${name} * 1000 MICROSECOND`;

interface Row {
  connectionId: string;
  state: 'open' | 'closed';
  since: Date;
  times: number;
  reason: string;
  nextProbeAt: Date | null;
  sinceMs: number;
  probeInMs: number | null;
  isProbed: number;
}
const columns = `connection_id AS connectionId, state, since, times, reason, next_probe_at AS nextProbeAt, ${elapsedMs('since')} AS sinceMs,
  -(${elapsedMs('next_probe_at')}) AS probeInMs, (probe_until IS NOT NULL AND probe_until > ${now}) AS isProbed`;
const ours = `connection_id = :connectionId AND state = 'open' AND probes = :number`;

export function circuitStore(db: AppDb): CircuitStore {
  const { sequelize } = db;

  const lock = async (connectionId: string, transaction: Transaction): Promise<Row | undefined> => {
    const sql = `SELECT ${columns} FROM integration_circuits WHERE connection_id = :connectionId FOR UPDATE`;
    return (await select<Row>(sequelize, sql, { connectionId }, transaction))[0];
  };

  const told = async (
    owner: CircuitOwner,
    change: Pick<CircuitChange, 'state' | 'times' | 'reason'>,
    transaction: Transaction,
  ) => {
    const { connectionId, companyId } = owner;
    const [row] = await select<{ providerKey: string }>(
      sequelize,
      'SELECT provider_key AS providerKey FROM integration_connections WHERE id = :connectionId',
      { connectionId },
      transaction,
    );
    const { providerKey } = row!;
    const isOpen = change.state === 'open';
    if (isOpen)
      await write(
        sequelize,
        `INSERT INTO sync_status_summaries (company_id, provider_key, day, circuits_opened) VALUES (:companyId, :providerKey, UTC_DATE(), 1)
         ON DUPLICATE KEY UPDATE circuits_opened = sync_status_summaries.circuits_opened + 1`,
        { companyId, providerKey },
        transaction,
      );
    const action = isOpen ? 'circuit.open' : 'circuit.close';
    const facts = { detail: { times: change.times }, after: { reason: change.reason } };
    await appendAudit(db, { companyId, actor: 'engine', action, subject: connectionId, outcome: 'done', ...facts }, transaction);
    return { connectionId, companyId, providerKey, ...change };
  };

  return {
    async open(connectionId) {
      const [row] = await select<Row>(
        sequelize,
        `SELECT ${columns} FROM integration_circuits WHERE connection_id = :connectionId AND state = 'open'`,
        { connectionId },
      );
      return row ? { probeInMs: row.probeInMs ?? 0, isProbed: row.isProbed === 1 } : null;
    },

    trip: ({ connectionId, companyId }, reason, policy) =>
      inTransaction(sequelize, async (transaction) => {
        // There must be a row to lock: of two that find none, both would open it.
        await write(
          sequelize,
          `INSERT INTO integration_circuits (connection_id, company_id, state, since, times, reason)
           VALUES (:connectionId, :companyId, 'closed', ${now}, 0, '') ON DUPLICATE KEY UPDATE times = times`,
          { connectionId, companyId },
          transaction,
        );
        const row = (await lock(connectionId, transaction))!;
        if (row.state === 'open') return null;
        const times = timesInARow(row.times, row.sinceMs, policy);
        const sentence = boundedSentence(reason);
        await write(
          sequelize,
          `UPDATE integration_circuits SET state = 'open', since = ${now}, times = :times, next_probe_at = ${inMs('openMs')},
             probe_until = NULL, reason = :sentence WHERE connection_id = :connectionId`,
          { connectionId, times, openMs: openForMs(times, policy), sentence },
          transaction,
        );
        return told({ connectionId, companyId }, { state: 'open', times, reason: sentence }, transaction);
      }),

    claimProbe: (connectionId, { probeWithinMs }) =>
      inTransaction(sequelize, async (transaction) => {
        const { affectedRows } = await write(
          sequelize,
          `UPDATE integration_circuits SET probe_until = ${inMs('probeWithinMs')}, probes = probes + 1
           WHERE connection_id = :connectionId AND state = 'open' AND next_probe_at <= ${now}
             AND (probe_until IS NULL OR probe_until <= ${now})`,
          { connectionId, probeWithinMs },
          transaction,
        );
        if (affectedRows === 0) return null;
        const [row] = await select<{ number: number }>(
          sequelize,
          'SELECT probes AS number FROM integration_circuits WHERE connection_id = :connectionId',
          { connectionId },
          transaction,
        );
        return { connectionId, number: row!.number };
      }),

    probeFailed: (probe, reason, policy) =>
      inTransaction(sequelize, async (transaction) => {
        const row = await lock(probe.connectionId, transaction);
        const times = (row?.times ?? 0) + 1;
        await write(
          sequelize,
          `UPDATE integration_circuits SET probe_until = NULL, times = :times, next_probe_at = ${inMs('openMs')}, reason = :reason
           WHERE ${ours}`,
          { ...probe, times, openMs: openForMs(times, policy), reason: boundedSentence(reason) },
          transaction,
        );
      }),

    async probeUntold(probe) {
      await write(sequelize, `UPDATE integration_circuits SET probe_until = NULL WHERE ${ours}`, { ...probe });
    },

    close: (connectionId, reason) =>
      inTransaction(sequelize, async (transaction) => {
        const row = await lock(connectionId, transaction);
        if (row?.state !== 'open') return null;
        const [{ companyId }] = (await select<{ companyId: string }>(
          sequelize,
          'SELECT company_id AS companyId FROM integration_circuits WHERE connection_id = :connectionId',
          { connectionId },
          transaction,
        )) as [{ companyId: string }];
        await write(
          sequelize,
          `UPDATE integration_circuits SET state = 'closed', since = ${now}, next_probe_at = NULL, probe_until = NULL, reason = :reason
           WHERE connection_id = :connectionId`,
          { connectionId, reason: boundedSentence(reason) },
          transaction,
        );
        return told({ connectionId, companyId }, { state: 'closed', times: row.times, reason }, transaction);
      }),

    due: (limit) =>
      select<CircuitOwner>(
        sequelize,
        `SELECT circuit.connection_id AS connectionId, circuit.company_id AS companyId
         FROM integration_circuits circuit JOIN integration_connections connection ON connection.id = circuit.connection_id
         WHERE circuit.state = 'open' AND circuit.next_probe_at <= ${now} AND (circuit.probe_until IS NULL OR circuit.probe_until <= ${now})
           AND connection.state IN (:delivering)
         ORDER BY circuit.next_probe_at LIMIT :limit`,
        { limit, delivering },
      ),

    async postpone(connectionId, { maxOpenMs }) {
      await write(
        sequelize,
        `UPDATE integration_circuits SET next_probe_at = ${inMs('maxOpenMs')}
         WHERE connection_id = :connectionId AND state = 'open' AND next_probe_at <= ${now}
           AND (probe_until IS NULL OR probe_until <= ${now})`,
        { connectionId, maxOpenMs },
      );
    },

    async read(connectionIds) {
      if (connectionIds.length === 0) return new Map();
      const rows = await select<Row>(
        sequelize,
        `SELECT ${columns} FROM integration_circuits WHERE connection_id IN (:connectionIds)`,
        { connectionIds },
      );
      return new Map(rows.map((row) => [row.connectionId, outgoing(row)]));
    },

    async countOpen() {
      const [row] = await select<{ open: number }>(
        sequelize,
        `SELECT COUNT(*) AS \`open\` FROM integration_circuits circuit
         JOIN integration_connections connection ON connection.id = circuit.connection_id
         WHERE circuit.state = 'open' AND connection.state <> 'disconnected'`,
        {},
      );
      return row!.open;
    },
  };
}

function outgoing({ state, isProbed, since, nextProbeAt, reason }: Row): Circuit {
  return {
    state: state === 'open' && isProbed === 1 ? 'half_open' : state,
    since: since.toISOString(),
    nextProbeAt: nextProbeAt?.toISOString() ?? null,
    reason,
  };
}
