import { Op } from 'sequelize';
import { untoldActs } from '../../../domain/story.ts';
import { BadCursor } from '../../errors.ts';
import { firstId, timeOf } from '../../ids.ts';
import { cutPage, type Page, type PageInput } from '../../page.ts';
import { select, sqlTime } from '../../sql.ts';
import type { AppDb } from '../context.ts';
import { plain } from '../models/table.ts';
import { outgoingRun, type SyncRun } from './runs.ts';

/** Something that was done to a connection, from the audit log. */
export interface StoryAct {
  sequence: number;
  actor: string;
  action: string;
  subject: string;
  detail: Record<string, unknown>;
  /** What a person gave as the reason; gone with an erasure. */
  reason: string | null;
  at: Date;
}
export type StoryItem = { act: StoryAct; run?: never } | { run: SyncRun; act?: never };

export interface StoryStore {
  /**
   * What was done to a connection and how its runs went, newest first, as one list. `routine` adds the scheduled runs that went well,
   * in which nobody finds anything.
   */
  list(input: PageInput & { connectionId: string; companyId: string; routine: boolean }): Promise<Page<StoryItem>>;
}

export function storyStore({ sequelize, models }: AppDb): StoryStore {
  /** The connection, and what is its own and has entries of its own. */
  async function subjectsOf(connectionId: string): Promise<string[]> {
    const rows = await select<{ id: string }>(
      sequelize,
      `SELECT id FROM escalations WHERE connection_id = :connectionId
       UNION ALL SELECT id FROM integration_tokens WHERE connection_id = :connectionId
       UNION ALL SELECT id FROM integration_sync_jobs WHERE connection_id = :connectionId
       UNION ALL SELECT id FROM integration_anomalies WHERE connection_id = :connectionId
       UNION ALL SELECT id FROM metric_snapshots WHERE connection_id = :connectionId AND kind = 'manual'`,
      { connectionId },
    );
    return [connectionId, ...rows.map(({ id }) => id)];
  }

  return {
    async list({ connectionId, companyId, routine, cursor, limit }) {
      const below = cursor === undefined ? newest() : read(cursor);
      const subjects = await subjectsOf(connectionId);
      const acts = await select<Omit<StoryAct, 'detail' | 'reason'> & { detail: string; body: string | null }>(
        sequelize,
        `SELECT l.sequence, l.actor, l.action, l.subject, l.detail, l.logged_at AS \`at\`, IF(p.erased_seal IS NULL, p.body, NULL) AS body
         FROM audit_log l LEFT JOIN audit_personal p ON p.chain = l.chain AND p.sequence = l.sequence
         WHERE l.subject IN (:subjects) AND l.chain = :companyId AND l.outcome = 'done' AND l.action NOT IN (:untoldActs)
           AND (l.logged_at < :at OR (l.logged_at = :at AND l.sequence < :sequence))
         ORDER BY l.logged_at DESC, l.sequence DESC LIMIT :rows`,
        { subjects, companyId, untoldActs, at: sqlTime(below.at), sequence: below.sequence, rows: limit + 1 },
      );
      const remarkable = [
        { trigger: { [Op.ne]: 'schedule' } },
        { outcome: { [Op.ne]: 'succeeded' } },
        { failed: { [Op.gt]: 0 } },
      ];
      const runs = await models.runs.findAll({
        where: { connectionId, id: { [Op.lt]: below.runId }, [Op.or]: routine ? [{ connectionId }] : remarkable },
        order: [['id', 'DESC']],
        limit: limit + 1,
      });
      const items: StoryItem[] = [
        ...acts.map(({ body, detail, ...act }) => ({
          act: { ...act, detail: JSON.parse(detail) as StoryAct['detail'], reason: reasonIn(body) },
        })),
        ...runs.map((run) => ({ run: outgoingRun(plain(run)) })),
      ];
      // What is of the same millisecond stays as it is here: acts first, each in its own order.
      return cutPage(
        items.toSorted((one, other) => placeOf(other) - placeOf(one)),
        limit,
        cursorOf,
      );
    },
  };
}

function reasonIn(body: string | null): string | null {
  const { after } = (body === null ? {} : JSON.parse(body)) as { after?: { reason?: unknown } };
  return typeof after?.reason === 'string' ? after.reason : null;
}

/** A run stands where its id was made: so one order is by time and by id. */
const placeOf = ({ act, run }: StoryItem): number => (act ? act.at : timeOf(run.id)).getTime();

/** Below what an act, and below which id a run, is of the next page. */
interface Below {
  at: Date;
  sequence: number;
  runId: string;
}
const firstRunAt = (ms: number) => firstId('run', new Date(ms));
const cursorOf = (item: StoryItem) => `${placeOf(item)}.${item.act ? item.act.sequence : item.run.id}`;

/** As far as a date goes that the servers take. */
function newest(): Below {
  const ms = Date.parse('9999-01-01T00:00:00Z');
  return { at: new Date(ms), sequence: 0, runId: firstRunAt(ms) };
}

function read(cursor: string): Below {
  const [, ms, key] = /^(\d{13})\.(\d{1,15}|run_[0-9a-z]{26})$/.exec(cursor) ?? [];
  if (ms === undefined || key === undefined) throw new BadCursor();
  const at = new Date(Number(ms));
  // Of the same millisecond acts come before runs.
  if (key.startsWith('run_')) return { at, sequence: 0, runId: key };
  return { at, sequence: Number(key), runId: firstRunAt(at.getTime() + 1) };
}
