import type { Transaction } from 'sequelize';
import type { NoticeChannel } from '../../../domain/notice.ts';
import type { NoticeSettings } from '../../../domain/reaching.ts';
import { scopes } from '../../../keys/scopes.ts';
import { select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import type { By } from './audit.ts';
import type { User } from './users.ts';

type Person = Pick<User, 'id' | 'companyId'>;

/** What may be shown of a way to be told: of a webhook's address its host alone. */
export interface ShownChannel {
  channel: NoticeChannel;
  host: string | null;
}
export type ShownSettings = Omit<NoticeSettings, 'channels'> & { channels: ShownChannel[] };

/** Addresses of webhooks are secrets: sealed with the company's key (the platform's for its own people) and bound to person and channel. */
export interface NoticeSettingsStore {
  /** With the addresses, for whoever tells; `null` when the person has set nothing. */
  read(person: Person): Promise<NoticeSettings | null>;
  show(userId: string): Promise<ShownSettings | null>;
  /** Replaces what was set, but for a STOP: that is the person's own. */
  save(person: Person, settings: Omit<NoticeSettings, 'textsStoppedAt'>, audit: By): Promise<void>;
  /** Heeds a STOP or a START of the person. */
  stopTexts(person: Person, stopped: boolean): Promise<void>;
}

interface Row {
  timeZone: string;
  quietFrom: string | null;
  quietTo: string | null;
  textsStoppedAt: Date | null;
}
interface ChannelRow {
  channel: NoticeChannel;
  host: string | null;
  address: Buffer | null;
  keyVersion: number;
}

export const channelBinding = (userId: string, channel: string) => `${userId}:${channel}`;
const scopeOf = ({ companyId }: Person) => companyId ?? scopes.platform;

export function noticeSettingsStore(db: AppDb): NoticeSettingsStore {
  const { sequelize, keyring } = db;

  const find = async (userId: string, transaction?: Transaction) => {
    const [row] = await select<Row>(
      sequelize,
      `SELECT time_zone AS timeZone, quiet_from AS quietFrom, quiet_to AS quietTo, texts_stopped_at AS textsStoppedAt
       FROM notice_settings WHERE user_id = :userId`,
      { userId },
      transaction,
    );
    if (!row) return null;
    const channels = await select<ChannelRow>(
      sequelize,
      `SELECT channel, host, address, key_version AS keyVersion FROM notice_channels WHERE user_id = :userId ORDER BY position`,
      { userId },
      transaction,
    );
    const { timeZone, quietFrom, quietTo, textsStoppedAt } = row;
    return { timeZone, quietHours: quietFrom && quietTo ? { from: quietFrom, to: quietTo } : null, textsStoppedAt, channels };
  };

  return {
    async read(person) {
      const found = await find(person.id);
      if (!found) return null;
      const channels = await Promise.all(
        found.channels.map(async ({ channel, address, keyVersion }) => {
          if (!address) return { channel, to: null, secret: null };
          const key = await keyring.version(scopeOf(person), keyVersion);
          const { to, secret } = JSON.parse(key.open(channelBinding(person.id, channel), address).toString()) as {
            to: string;
            secret: string | null;
          };
          return { channel, to, secret };
        }),
      );
      return { ...found, channels };
    },

    async show(userId) {
      const found = await find(userId);
      return found && { ...found, channels: found.channels.map(({ channel, host }) => ({ channel, host })) };
    },

    async save(person, { timeZone, quietHours, channels }, audit) {
      const key = await keyring.current(scopeOf(person));
      const rows = channels.map(({ channel, to, secret }, position) => ({
        userId: person.id,
        channel,
        position,
        host: to && new URL(to).host,
        address: to && key.seal(channelBinding(person.id, channel), Buffer.from(JSON.stringify({ to, secret }))),
        keyVersion: key.version,
      }));
      await inTransaction(sequelize, async (transaction) => {
        await write(
          sequelize,
          `INSERT INTO notice_settings (user_id, time_zone, quiet_from, quiet_to) VALUES (:userId, :timeZone, :from, :to)
           ON DUPLICATE KEY UPDATE time_zone = VALUES(time_zone), quiet_from = VALUES(quiet_from), quiet_to = VALUES(quiet_to)`,
          { userId: person.id, timeZone, from: quietHours?.from ?? null, to: quietHours?.to ?? null },
          transaction,
        );
        await write(sequelize, 'DELETE FROM notice_channels WHERE user_id = :userId', { userId: person.id }, transaction);
        for (const row of rows)
          await write(
            sequelize,
            `INSERT INTO notice_channels (user_id, channel, position, host, address, key_version)
             VALUES (:userId, :channel, :position, :host, :address, :keyVersion)`,
            row,
            transaction,
          );
        const detail = { channels: channels.map(({ channel }) => channel), quietHours, timeZone };
        const entry = { action: 'user.notices' as const, subject: person.id, outcome: 'done' as const, detail };
        await appendAudit(db, { ...audit, companyId: person.companyId, ...entry }, transaction);
      });
    },

    stopTexts: ({ id, companyId }, stopped) =>
      inTransaction(sequelize, async (transaction) => {
        const now = sqlTime(new Date());
        const { affectedRows } = await write(
          sequelize,
          `INSERT INTO notice_settings (user_id, time_zone, texts_stopped_at) VALUES (:id, 'UTC', ${stopped ? ':now' : 'NULL'})
           ON DUPLICATE KEY UPDATE texts_stopped_at = ${stopped ? 'COALESCE(texts_stopped_at, :now)' : 'NULL'}`,
          { id, now },
          transaction,
        );
        if (affectedRows === 0) return;
        const action = stopped ? 'user.texts_stopped' : 'user.texts_started';
        await appendAudit(db, { actor: id, companyId, action, subject: id, outcome: 'done', detail: {} }, transaction);
      }),
  };
}
