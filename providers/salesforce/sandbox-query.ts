/** Queries and the links to their rest. https://developer.salesforce.com/docs/platform/api-rest/guide/resources-queryall.html */
import { randomBytes } from 'node:crypto';
import type { SandboxAnswer, SandboxRequest } from '../contract.ts';
import { objectOf } from './sandbox-objects.ts';
import { inOrder, readSoql, type Values } from './sandbox-soql.ts';
import type { SandboxOrg, SandboxWorld } from './sandbox-state.ts';
import { apiError, json, malformed, noColumn, noObject, sessionEnded, timeText } from './sandbox-wire.ts';

interface Asked {
  world: SandboxWorld;
  org: SandboxOrg;
  /** The session that asks. */
  token: string;
  request: SandboxRequest;
  version: string;
}

/** `queryAll`: what lies in the recycle bin is among the rows. */
export function answerQuery(asked: Asked): SandboxAnswer {
  const { world, org, token, request } = asked;
  const soql = readSoql(request.query.get('q') ?? '');
  if (!soql) return malformed('unexpected token: this query is not one that is answered here');
  const { object, fields, matches, orderBy, limit } = soql;
  const seen = objectOf(object, org);
  if (!seen) return noObject(object);
  const unknown = [...fields, ...orderBy].find((field) => !seen.fields.includes(field));
  if (unknown !== undefined) return noColumn(object, unknown);
  const rows = inOrder(seen.rows(org).filter(matches), orderBy).slice(0, limit ?? Number.POSITIVE_INFINITY);
  const key = keyOf(rows);
  const locator = `01g${randomBytes(9).toString('hex')}AAA`;
  const rest = { token, object, fields, ids: rows.map((row) => String(row[key])) };
  if (rows.length > sizeOf(asked)) world.locators.set(locator, rest);
  return answerRows(asked, { ...rest, locator, from: 0 });
}

/** The rest of a query: the rows that it found, as they are now. */
export function answerRest(asked: Asked, name: string): SandboxAnswer {
  const [locator = '', from = ''] = name.split('-');
  const rest = asked.world.locators.get(locator);
  if (!rest) return apiError(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
  if (rest.token !== asked.token) return sessionEnded();
  return answerRows(asked, { ...rest, locator, from: Number(from) });
}

function answerRows(
  asked: Asked,
  { object, fields, ids, locator, from }: { object: string; fields: string[]; ids: string[]; locator: string; from: number },
): SandboxAnswer {
  const { org, version } = asked;
  const rows = objectOf(object, org)?.rows(org) ?? [];
  const key = keyOf(rows);
  const byId = new Map(rows.map((row) => [String(row[key]), row]));
  const to = from + sizeOf(asked);
  const isDone = to >= ids.length;
  return json(200, {
    totalSize: ids.length,
    done: isDone,
    ...(!isDone && { nextRecordsUrl: `/services/data/${version}/query/${locator}-${to}` }),
    records: ids.slice(from, to).flatMap((id) => {
      const row = byId.get(id);
      return row ? [recordOf(object, version, fields, row)] : [];
    }),
  });
}

/** Deletions within a timespan, whose seconds do not count. https://developer.salesforce.com/docs/platform/api-rest/guide/resources-getdeleted.md */
export function answerLog({ org, request }: Asked, object: string): SandboxAnswer {
  const [start, end] = ['start', 'end'].map((name) => Math.floor(Date.parse(request.query.get(name) ?? '') / 60_000) * 60_000);
  if (!(start! < end!)) return apiError(400, 'INVALID_REPLICATION_DATE', 'startDate should be less than endDate');
  const binned = (objectOf(object, org)?.rows(org) ?? [])
    .filter(({ IsDeleted }) => IsDeleted === true)
    .map(({ Id, SystemModstamp }) => ({ id: String(Id), at: Date.parse(String(SystemModstamp)) }));
  const erased = org.erased.filter((each) => each.object === object);
  const deletedRecords = [...binned, ...erased]
    .filter(({ at }) => at >= start! && at <= end!)
    .map(({ id, at }) => ({ id, deletedDate: timeText(at) }));
  return json(200, { deletedRecords, earliestDateAvailable: timeText(0), latestDateCovered: timeText(end!) });
}

const keyOf = (rows: Values[]) => (rows[0] && 'Id' in rows[0] ? 'Id' : 'ApiName');

/** https://developer.salesforce.com/docs/platform/api-rest/guide/headers-queryoptions.html */
function sizeOf({ org, request }: Asked): number {
  const asked = Number(/batchSize=(\d+)/i.exec(request.headers['sforce-query-options'] ?? '')?.[1] ?? 2_000);
  return Math.min(Math.max(asked, 200), 2_000, org.rowsPerAnswerMax);
}

function recordOf(object: string, version: string, fields: string[], row: Values): Record<string, unknown> {
  const attributes = { type: object, url: `/services/data/${version}/sobjects/${object}/${String(row['Id'] ?? '')}` };
  const record: Record<string, unknown> = { attributes };
  for (const field of fields) {
    const [parent, name] = field.split('.');
    const value = row[field]!;
    // A parent that is not there is null, not an object of nulls.
    if (name === undefined) record[field] = value;
    else record[parent!] = value === null ? null : { attributes: { type: parent }, [name]: value };
  }
  return record;
}
