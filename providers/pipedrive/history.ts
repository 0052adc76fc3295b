/** What a deal's own log of changes tells of its stages. */
import { z } from 'zod';
import type { StageMovement } from '../../domain/records.ts';
import { changeSchema, tellsOfStage, type Change } from './changelog.ts';

/** What Pipedrive calls a status beside these, as `deleted`, leaves a deal where it stood. */
const isStatus = (status: unknown): status is string => status === 'open' || status === 'won' || status === 'lost';

/** Won and lost are stages here. */
const standing = (status: string, stage: string) => (status === 'open' ? stage : status);

/** The stage that a deal counts in; none where the deal does not tell it, so that the record is refused and not made up. */
export function effectiveStage(status: unknown, stageId: unknown): string | undefined {
  return isStatus(status) && isScalar(stageId) ? standing(status, String(stageId)) : undefined;
}

const dealSchema = z.object({
  stage_id: z.union([z.number(), z.string()]),
  status: z.string().refine(isStatus),
  add_time: z.string(),
  stage_change_time: z.string().nullish().catch(null),
  won_time: z.string().nullish().catch(null),
  lost_time: z.string().nullish().catch(null),
  creator_user_id: z.number().nullish().catch(null),
  changelog: z.array(changeSchema),
});

/**
 * The steps that the log tells, oldest first; none where the record came without its log. A deal that is reopened moves back to the
 * stage it stood in, and one that is moved to another pipeline moves to the stage there.
 */
export function movements(raw: unknown): StageMovement[] {
  const parsed = dealSchema.safeParse(raw);
  if (!parsed.success) return [];
  const { add_time, creator_user_id, changelog, ...deal } = parsed.data;
  const changes = oldestFirst(changelog);
  const began = beginning(deal, changes, add_time);
  let { stage, status } = began;
  let at = standing(status, stage);
  const steps: StageMovement[] = began.isKnown
    ? [{ from: null, to: at, at: toIso(add_time)!, by: toActor(creator_user_id) }]
    : [];
  for (const { field_key, new_value, time, actor_user_id } of changes) {
    if (field_key === 'status') status = String(new_value);
    else stage = String(new_value);
    const to = standing(status, stage);
    if (to === at) continue;
    steps.push({ from: at, to, at: toIso(time)!, by: toActor(actor_user_id) });
    at = to;
  }
  return steps;
}

/** Whatever way round the log came: within one second, the order in which it came says what was first. */
function oldestFirst(changelog: Change[]): Change[] {
  const known = changelog.filter(
    ({ field_key, new_value, time }) =>
      tellsOfStage(field_key) && (field_key === 'status' ? isStatus(new_value) : isScalar(new_value)) && toIso(time) !== null,
  );
  const isNewestFirst = known.length > 1 && known[0]!.time >= known.at(-1)!.time;
  return (isNewestFirst ? known.toReversed() : known).toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

/**
 * Where the deal stood when it was added. Unknown while the deal says that it was moved and the log does not say it yet: a beginning
 * that is made up would stay.
 */
function beginning(
  deal: Pick<z.infer<typeof dealSchema>, 'stage_id' | 'status' | 'stage_change_time' | 'won_time' | 'lost_time'>,
  changes: Change[],
  addTime: string,
): { stage: string; status: string; isKnown: boolean } {
  const before = (key: string) => changes.find(({ field_key }) => field_key === key)?.old_value;
  const [stageBefore, statusBefore] = [before('stage_id'), before('status')];
  const isLater = (time: string | null | undefined) =>
    time !== null && time !== undefined && Date.parse(toIso(time) ?? '') - Date.parse(toIso(addTime) ?? '') > 5_000;
  const closedLater = isLater(deal.status === 'won' ? deal.won_time : deal.lost_time);
  return {
    stage: isScalar(stageBefore) ? String(stageBefore) : String(deal.stage_id),
    status: isStatus(statusBefore) ? statusBefore : closedLater ? 'open' : deal.status,
    isKnown: toIso(addTime) !== null && (isScalar(stageBefore) || !isLater(deal.stage_change_time)),
  };
}

function isScalar(value: unknown): value is string | number {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}

function toActor(userId: number | null | undefined): string | null {
  return userId === null || userId === undefined ? null : String(userId);
}

/** v1 writes `YYYY-MM-DD HH:MM:SS` in UTC, v2 RFC 3339. https://pipedrive.readme.io/docs/pipedrive-api-v2-migration-guide */
function toIso(time: string): string | null {
  const text = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(time) ? `${time.replace(' ', 'T')}Z` : time;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
