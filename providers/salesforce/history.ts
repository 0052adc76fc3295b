/**
 * Where an opportunity stood when. `OpportunityHistory` has a row from its creation and one for each change of stage, amount, probability
 * or close date, in every org, for as long as the opportunity is there
 * (https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_opportunityhistory.htm).
 * `OpportunityFieldHistory` would tell old and new stage in one row, but only where an administrator tracks the field, only from then
 * on, and for two years at most (https://help.salesforce.com/s/articleView?id=sf.tracking_field_history.htm): so it is not read, and no
 * step is told twice.
 */
import { z } from 'zod';
import type { StageMovement } from '../../domain/records.ts';
import { valueAt } from '../../domain/raw-value.ts';
import type { Looking } from './changes.ts';
import { queryEvery, type Row, type SalesforceContext } from './client.ts';
import { idList, idsPerQuery } from './soql.ts';

/** As a query for children would name it. */
const key = 'OpportunityHistories';

/** Each opportunity with its history, oldest first. */
export async function addHistory(context: SalesforceContext, rows: Row[], looking: Looking): Promise<Row[]> {
  const histories = new Map<unknown, Row[]>(rows.map(({ Id }) => [Id, []]));
  const ids = [...histories.keys()] as string[];
  for (let at = 0; at < ids.length; at += idsPerQuery) {
    const chunk = idList(ids.slice(at, at + idsPerQuery));
    const soql = `SELECT Id, OpportunityId, StageName, CreatedDate, CreatedById FROM OpportunityHistory WHERE OpportunityId IN ${chunk} ORDER BY CreatedDate, Id`;
    for (const { Id, OpportunityId, StageName, CreatedDate, CreatedById } of await queryEvery(context, soql, looking))
      histories.get(OpportunityId)?.push({ Id, StageName, CreatedDate, CreatedById });
  }
  return rows.map((row) => ({ ...row, [key]: histories.get(row['Id']) }));
}

const stepSchema = z.object({
  Id: z.string(),
  StageName: z.string().min(1),
  CreatedDate: z.string().transform((text, context) => {
    const time = Date.parse(text);
    if (!Number.isNaN(time)) return new Date(time).toISOString();
    context.addIssue({ code: 'custom', message: 'is not a time' });
    return z.NEVER;
  }),
  CreatedById: z.string().nullish(),
});
type Step = z.infer<typeof stepSchema>;

/** Rows that keep the stage of the one before are changes of something else. */
export function movements(raw: unknown): StageMovement[] {
  const history = valueAt(raw, key);
  const steps = Array.isArray(history) ? history.flatMap((row) => stepSchema.safeParse(row).data ?? []) : [];
  const told: StageMovement[] = [];
  for (const { StageName: to, CreatedDate: at, CreatedById } of steps.toSorted(byTimeThenId)) {
    const from = told.at(-1)?.to ?? null;
    if (to !== from) told.push({ from, to, at, by: CreatedById ?? null });
  }
  return told;
}

/** Ids grow, which tells the order of what one save wrote in one second. Their capital letters come before the small ones. */
function byTimeThenId(a: Step, b: Step): number {
  if (a.CreatedDate !== b.CreatedDate) return a.CreatedDate < b.CreatedDate ? -1 : 1;
  if (a.Id === b.Id) return 0;
  return a.Id < b.Id ? -1 : 1;
}
