/** A reader for the queries that the provider sends, and for no others: what it does not know is MALFORMED_QUERY. */

/** A row's fields by name; `Account.Name` is a name here. */
export type Values = Record<string, string | number | boolean | null>;

export interface Soql {
  object: string;
  fields: string[];
  matches(row: Values): boolean;
  orderBy: string[];
  limit: number | null;
}

const form =
  /^SELECT (?<fields>[\w.]+(?:, [\w.]+)*) FROM (?<object>\w+)(?: WHERE (?<where>.+?))?(?: ORDER BY (?<order>\w+(?:, \w+)*))?(?: LIMIT (?<limit>\d{1,6}))?$/;
const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
const since = new RegExp(`^SystemModstamp >= (?<at>${time})$`);
const after = new RegExp(
  `^\\(SystemModstamp > (?<at>${time}) OR \\(SystemModstamp = (?<same>${time}) AND Id > '(?<id>\\w{18})'\\)\\)$`,
);
const ofType = /^UserType = '(?<type>\w+)'$/;
const among = /^(?<field>Id|OpportunityId) IN \((?<list>'\w{15,18}'(?:,'\w{15,18}')*)\)$/;

/** `null` for a query of another form. */
export function readSoql(text: string): Soql | null {
  const found = form.exec(text)?.groups;
  if (!found) return null;
  const matches = condition(found['where']);
  if (!matches) return null;
  return {
    object: found['object']!,
    fields: found['fields']!.split(', '),
    matches,
    orderBy: found['order']?.split(', ') ?? [],
    limit: found['limit'] === undefined ? null : Number(found['limit']),
  };
}

function condition(where: string | undefined): Soql['matches'] | null {
  if (where === undefined) return () => true;
  const from = since.exec(where)?.groups;
  if (from) return (row) => stampOf(row) >= Date.parse(from['at']!);
  const place = after.exec(where)?.groups;
  if (place) {
    const [at, same, id] = [Date.parse(place['at']!), Date.parse(place['same']!), place['id']!];
    return (row) => stampOf(row) > at || (stampOf(row) === same && String(row['Id']) > id);
  }
  const type = ofType.exec(where)?.groups?.['type'];
  if (type !== undefined) return (row) => row['UserType'] === type;
  const list = among.exec(where)?.groups;
  if (!list) return null;
  // An id of 15 characters is the same as the one of 18.
  const ids = new Set(list['list']!.split(',').map((id) => id.slice(1, 16)));
  return (row) => ids.has(String(row[list['field']!]).slice(0, 15));
}

const stampOf = (row: Values) => Date.parse(String(row['SystemModstamp']));

/** In the order that a query asks for. */
export function inOrder(rows: Values[], orderBy: string[]): Values[] {
  return rows.toSorted((a, b) => {
    for (const field of orderBy) {
      const [left, right] = [a[field]!, b[field]!];
      if (left !== right) return left < right ? -1 : 1;
    }
    return 0;
  });
}
