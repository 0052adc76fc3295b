import type { Sequelize, Transaction } from 'sequelize';
import { deliveryRank, mayAdvance, type DeliveryStatus } from '../../../domain/delivery-status.ts';
import { messageRank, type NormalizedEvent } from '../../../domain/records.ts';
import { boundedSentence } from '../../hash.ts';
import { select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { recordOptOuts } from '../stores/opt-outs.ts';
import type { ApplyEventsInput } from '../stores/records.ts';
import { upsertReceived, upsertStatuses, type ToldStatus } from './message-rows.ts';

type StatusEvent = Extract<NormalizedEvent, { kind: 'message_status' }>;
type Told = Omit<ToldStatus, 'companyId'> & Pick<StatusEvent, 'deliveryId' | 'sentence'>;
export interface ChangedDelivery {
  deliveryId: string;
  status: DeliveryStatus;
}

/** A handful of statements for a whole batch, in one transaction. */
export function applyEvents(sequelize: Sequelize, { connectionId, companyId, events }: ApplyEventsInput) {
  const all = events.flatMap(({ rawEventId, normalized, companyId: owner = companyId }) =>
    normalized.map((event) => ({ ...event, rawEventId, companyId: owner })),
  );
  const told: Told[] = all.filter((event) => event.kind === 'message_status');
  const owned = all.filter((event): event is typeof event & { companyId: string } => event.companyId !== null);
  const words = all
    .filter((event) => 'address' in event)
    .map(({ kind, address, source, occurredAt }) => ({
      address,
      state: kind === 'opt_out' ? ('out' as const) : ('in' as const),
      source,
      at: new Date(occurredAt),
    }));
  return inTransaction(sequelize, async (transaction) => {
    await upsertReceived(
      connectionId,
      owned.filter((event) => event.kind === 'message_received'),
      transaction,
    );
    await upsertStatuses(connectionId, highestByMessage(owned.filter((event) => event.kind === 'message_status')), transaction);
    await recordOptOuts(sequelize, { connectionId, companyId }, words, transaction);
    return { changedDeliveries: await advanceDeliveries(sequelize, connectionId, told, transaction) };
  });
}

function highestByMessage(told: ToldStatus[]): ToldStatus[] {
  const highest = new Map<string, ToldStatus>();
  for (const event of told) {
    const other = highest.get(event.externalId);
    if (!other || messageRank(event.status) > messageRank(other.status)) highest.set(event.externalId, event);
  }
  return [...highest.values()];
}

interface DeliveryState {
  id: string;
  externalId: string | null;
  status: DeliveryStatus;
  errorCode: string | null;
  sentence: string | null;
}

async function advanceDeliveries(
  sequelize: Sequelize,
  connectionId: string,
  told: Told[],
  transaction: Transaction,
): Promise<ChangedDelivery[]> {
  const deliveries = await lockDeliveries(sequelize, connectionId, told, transaction);
  if (deliveries.length === 0) return [];
  const byId = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  const byExternalId = new Map(deliveries.map((delivery) => [delivery.externalId, delivery]));
  const moved = new Set<DeliveryState>();
  const toldRank = new Map<DeliveryState, number>();
  const history: unknown[][] = [];
  for (const { deliveryId, externalId, status, errorCode, sentence, occurredAt } of told) {
    // Whoever has the message, though it was sent for another with the same words: that one finds it taken, and is sent as well.
    const delivery = byExternalId.get(externalId) ?? byId.get(deliveryId ?? '');
    if (!delivery || status === 'received') continue;
    toldRank.set(delivery, Math.max(toldRank.get(delivery) ?? 0, deliveryRank(status)));
    if (delivery.externalId === null) {
      delivery.externalId = externalId;
      byExternalId.set(externalId, delivery);
      moved.add(delivery);
    }
    if (!mayAdvance(delivery.status, status)) continue;
    Object.assign(delivery, { status, errorCode, sentence: sentence && boundedSentence(sentence) });
    moved.add(delivery);
    history.push([delivery.id, status, 'callback', errorCode, sqlTime(new Date(occurredAt))]);
  }
  await writeDeliveries(sequelize, [...moved], history, transaction);
  // Whoever waits must hear of a status also when an earlier attempt of this batch wrote it and died before telling.
  return deliveries
    .filter((delivery) => toldRank.get(delivery) === deliveryRank(delivery.status))
    .map(({ id, status }) => ({ deliveryId: id, status }));
}

async function lockDeliveries(
  sequelize: Sequelize,
  connectionId: string,
  told: Told[],
  transaction: Transaction,
): Promise<DeliveryState[]> {
  if (told.length === 0) return [];
  const ids = told.flatMap(({ deliveryId }) => deliveryId ?? []);
  const externalIds = told.map(({ externalId }) => externalId);
  // Two look-ups by index; with OR the servers would read the connection's every delivery.
  const found = await select<{ id: string }>(
    sequelize,
    `SELECT id FROM message_deliveries WHERE connection_id = :connectionId AND external_id IN (:externalIds)
     UNION SELECT id FROM message_deliveries WHERE id IN (:ids) AND connection_id = :connectionId`,
    { connectionId, externalIds, ids: ids.length > 0 ? ids : [''] },
    transaction,
  );
  if (found.length === 0) return [];
  return select<DeliveryState>(
    sequelize,
    `SELECT id, external_id AS externalId, status, error_code AS errorCode, sentence FROM message_deliveries
     WHERE id IN (:ids) ORDER BY id FOR UPDATE`,
    { ids: found.map(({ id }) => id) },
    transaction,
  );
}

async function writeDeliveries(
  sequelize: Sequelize,
  moved: DeliveryState[],
  history: unknown[][],
  transaction: Transaction,
): Promise<void> {
  if (moved.length === 0) return;
  const values: Record<string, unknown> = { ids: moved.map(({ id }) => id) };
  const cases = (['status', 'errorCode', 'externalId', 'sentence'] as const).map((name) => {
    const branches = moved.map((delivery, place) => {
      values[`id${place}`] = delivery.id;
      values[`${name}${place}`] = delivery[name];
      return `WHEN :id${place} THEN :${name}${place}`;
    });
    return `CASE id ${branches.join(' ')} END`;
  });
  await write(
    sequelize,
    `UPDATE message_deliveries SET status = ${cases[0]}, error_code = ${cases[1]}, external_id = ${cases[2]}, sentence = ${cases[3]}
     WHERE id IN (:ids)`,
    values,
    transaction,
  );
  if (history.length === 0) return;
  await write(
    sequelize,
    'INSERT INTO message_delivery_statuses (delivery_id, status, source, error_code, changed_at) VALUES :history',
    { history },
    transaction,
  );
}
