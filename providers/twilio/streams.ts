import { z } from 'zod';
import type { Page, Stream } from '../contract.ts';
import { createClient, getJson, unreadable, type TwilioContext } from './client.ts';
import { messageStatusByTwilio } from './statuses.ts';

/**
 * Where a stream stands. `from` is the first GMT day of the window, `startedOn` the day on which its first page was asked for, and
 * `page` the next page's URI while the window is being read.
 */
const cursorSchema = z.strictObject({
  from: z.iso.date().nullable(),
  startedOn: z.iso.date().nullable(),
  page: z.string().nullable(),
});
type Cursor = z.infer<typeof cursorSchema>;

/**
 * Days that are read again. Twilio filters by whole GMT days and has no "updated since": what was sent, changed or moved between
 * pages while a window was read is in the next window too.
 */
const overlapDays = 2;
/** https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources */
const pageSizeMax = 1000;
const dayMs = 86_400_000;

interface ListInput {
  path: string;
  key: string;
  /** The query of a window that starts at `from`. */
  window(from: string | null): Record<string, string | boolean>;
  /** Where the first window starts; `null` is the account's beginning. */
  firstFrom(now: Date): string | null;
}

/** Taken as it is: a schema with keys would copy each of thousands of records. */
const rawRecord = z.custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null);

type FetchInput = Parameters<Stream['fetchPage']>[1];

async function fetchListPage(context: TwilioContext, input: FetchInput, list: ListInput): Promise<Page> {
  const cursor: Cursor = input.cursor
    ? cursorSchema.parse(JSON.parse(input.cursor))
    : { from: list.firstFrom(input.now), startedOn: null, page: null };
  const listPath = `/2010-04-01/Accounts/${context.credentials.accountSid}${list.path}`;
  // A page of another account, from before the connection was reauthorised, is not continued: its window starts anew.
  const resumed = cursor.page?.startsWith(`${listPath}?`) ? cursor.page : null;
  const startedOn = (resumed && cursor.startedOn) ?? toDay(input.now);

  const client = createClient(context, { signal: input.signal });
  const schema = z.object({ [list.key]: z.array(rawRecord), next_page_uri: z.string().nullish() });
  const page = resumed
    ? await getJson(client, resumed, schema)
    : await getJson(client, listPath, schema, { ...list.window(cursor.from), PageSize: Math.min(input.pageSize, pageSizeMax) });
  const next = page['next_page_uri'] as string | null | undefined;
  if (next && !next.startsWith(`${listPath}?`)) throw unreadable();

  const after: Cursor = next
    ? { from: cursor.from, startedOn, page: next }
    : { from: toDay(new Date(Date.parse(startedOn) - overlapDays * dayMs)), startedOn: null, page: null };
  return { records: page[list.key] as Record<string, unknown>[], cursor: JSON.stringify(after), done: !next };
}

function toDay(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/** Sent and received, newest first as Twilio gives them. https://www.twilio.com/docs/messaging/api/message-resource */
export const messages: Stream<TwilioContext> = {
  object: 'message',
  label: 'Messages sent and received',
  cadenceS: 15 * 60,
  fetchPage: (context, input) =>
    fetchListPage(context, input, {
      path: '/Messages.json',
      key: 'messages',
      window: (from) => (from ? { 'DateSent>': from } : {}),
      firstFrom: () => null,
    }),
  mapping: {
    object: 'message',
    externalId: 'sid',
    sourceUpdatedAt: 'date_updated',
    fields: [
      {
        target: 'direction',
        source: 'direction',
        required: true,
        transform: {
          kind: 'enum',
          values: { inbound: 'inbound', 'outbound-api': 'outbound', 'outbound-call': 'outbound', 'outbound-reply': 'outbound' },
        },
      },
      { target: 'fromAddress', source: 'from', required: false, transform: { kind: 'text' } },
      { target: 'toAddress', source: 'to', required: false, transform: { kind: 'text' } },
      { target: 'body', source: 'body', required: false, transform: { kind: 'text' } },
      { target: 'status', source: 'status', required: true, transform: { kind: 'enum', values: { ...messageStatusByTwilio } } },
      { target: 'segments', source: 'num_segments', required: false, transform: { kind: 'integer' } },
      { target: 'errorCode', source: 'error_code', required: false, transform: { kind: 'text' } },
      // Twilio writes what a message cost as a negative amount.
      { target: 'price', source: 'price', required: false, transform: { kind: 'decimal', absolute: true } },
      { target: 'currency', source: 'price_unit', required: false, transform: { kind: 'text' } },
      { target: 'sentAt', source: 'date_sent', required: false, transform: { kind: 'timestamp' } },
    ],
  },
};

/** As far back as the metrics look; older days would be thousands of rows that nothing shows. */
const usageFirstDays = 30;

/**
 * What this account used, by category and day, without its sub-accounts. Twilio gives a usage record no id, so `id` is added:
 * category and day are what it is. https://www.twilio.com/docs/usage/api/usage-record
 */
export const usage: Stream<TwilioContext> = {
  object: 'usage',
  label: 'Usage by day',
  cadenceS: 6 * 60 * 60,
  async fetchPage(context, input) {
    const page = await fetchListPage(context, input, {
      path: '/Usage/Records/Daily.json',
      key: 'usage_records',
      window: (from) => ({ ...(from && { StartDate: from }), IncludeSubaccounts: false }),
      firstFrom: (now) => toDay(new Date(now.getTime() - usageFirstDays * dayMs)),
    });
    const records = page.records as Record<string, unknown>[];
    return {
      ...page,
      records: records.map((record) => ({ id: [record['category'], record['start_date']].join(':'), ...record })),
    };
  },
  mapping: {
    object: 'usage',
    externalId: 'id',
    sourceUpdatedAt: 'as_of',
    fields: [
      { target: 'category', source: 'category', required: true, transform: { kind: 'text' } },
      { target: 'day', source: 'start_date', required: true, transform: { kind: 'day' } },
      { target: 'quantity', source: 'usage', required: true, transform: { kind: 'decimal' } },
      { target: 'unit', source: 'usage_unit', required: true, transform: { kind: 'text' } },
      { target: 'price', source: 'price', required: false, transform: { kind: 'decimal', absolute: true } },
      { target: 'currency', source: 'price_unit', required: false, transform: { kind: 'text' } },
    ],
  },
};
