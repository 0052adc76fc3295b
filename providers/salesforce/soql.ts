/** Queries as text. Only what was checked to be an id, a time or a field's name is put into one. */

/** https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm */
const idPattern = /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/;
export const isId = (text: string): boolean => idPattern.test(text);

/** https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm */
const timeLiteral = (ms: number): string => new Date(ms).toISOString();

/**
 * Ids in one query: each takes 27 characters of the address once it is encoded, and address and headers together may have 16,384.
 * https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm
 */
export const idsPerQuery = 300;

export const idList = (ids: readonly string[]): string => `(${ids.map(quoted).join(',')})`;

function quoted(id: string): string {
  if (!isId(id)) throw new TypeError('An id of Salesforce has 15 or 18 letters and digits.');
  return `'${id}'`;
}

/** A row's place in the order of every page: the time of its version, then its id. */
export interface Place {
  at: string;
  id: string;
}

/**
 * Rows by the time of their last change, from a time on or after a place. SystemModstamp moves with every change, deletions and changes
 * by Salesforce itself among them, in whole seconds: the id tells apart what changed in the same one.
 * https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/system_fields.htm
 */
export function changesQuery(
  object: string,
  fields: readonly string[],
  { fromMs, after }: { fromMs: number | null; after: Place | null },
): string {
  const filter = after ? ` WHERE ${isAfter(after)}` : fromMs === null ? '' : ` WHERE SystemModstamp >= ${timeLiteral(fromMs)}`;
  return `SELECT ${fields.join(', ')} FROM ${object}${filter} ORDER BY SystemModstamp, Id`;
}

function isAfter({ at, id }: Place): string {
  const time = timeLiteral(Date.parse(at));
  return `(SystemModstamp > ${time} OR (SystemModstamp = ${time} AND Id > ${quoted(id)}))`;
}

export function byIdsQuery(object: string, fields: readonly string[], ids: readonly string[]): string {
  return `SELECT ${fields.join(', ')} FROM ${object} WHERE Id IN ${idList(ids)}`;
}
