/**
 * A program: posts webhooks at a steady pace, whatever the answers take, and looks at the client's card all the while. An event is
 * visible when the card counts as many as were sent up to it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { answer, programInput } from './program.ts';
import { formHeaders, signedRequests } from './signed-requests.ts';

export interface CardLoadInput {
  /** The webhook's address. */
  url: string;
  authToken: string;
  /** The card's address, of which the item titled `title` counts. */
  cardPath: string;
  key: string;
  title: string;
  perS: number;
  seconds: number;
}
export interface CardLoadResult {
  /** From the moment of sending, for each event. */
  visibleAfterMs: number[];
  accepted: number;
}

const lookEveryMs = 20;
/** An event that is not on the card by then is taken for lost. */
const giveUpMs = 30_000;

const input = await programInput<CardLoadInput>();
const { origin, pathname } = new URL(input.url);
const count = input.perS * input.seconds;
const requests = signedRequests({ ...input, count });
const pool = new Pool(origin, { connections: 16, pipelining: 1 });
const sentAt: number[] = [];
const visibleAfterMs: number[] = [];
let accepted = 0;

const before = await readCard();
const began = performance.now();
const posting = Promise.all(requests.map(post));
const until = began + input.seconds * 1_000 + giveUpMs;
while (visibleAfterMs.length < count && performance.now() < until) {
  const visible = (await readCard()) - before;
  const now = performance.now();
  for (let ordinal = visibleAfterMs.length; ordinal < Math.min(visible, sentAt.length); ordinal += 1)
    visibleAfterMs.push(now - sentAt[ordinal]!);
  await sleep(lookEveryMs);
}
await posting;
await pool.close();
answer({ visibleAfterMs, accepted } satisfies CardLoadResult);

async function post({ body, signature }: (typeof requests)[number], place: number): Promise<void> {
  await sleep(Math.max(0, began + (place * 1_000) / input.perS - performance.now()));
  sentAt.push(performance.now());
  const { statusCode, body: reply } = await pool.request({
    method: 'POST',
    path: pathname,
    headers: formHeaders(signature),
    body,
  });
  await reply.dump();
  if (statusCode < 300) accepted += 1;
}

async function readCard(): Promise<number> {
  const headers = { authorization: `Bearer ${input.key}` };
  const { body } = await pool.request({ method: 'GET', path: input.cardPath, headers });
  const { items } = (await body.json()) as { items: { title: string; current: { value: string } | null }[] };
  return Number(items.find(({ title }) => title === input.title)?.current?.value ?? 0);
}
