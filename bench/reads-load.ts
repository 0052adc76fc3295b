/** A program: reads the cards of one client after another at a steady pace, whatever the answers take. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { answer, programInput } from './program.ts';

export interface ReadsLoadInput {
  url: string;
  readers: { companyId: string; key: string }[];
  /** How many cards each client has. */
  cards: number;
  perS: number;
  seconds: number;
}
export interface ReadsLoadResult {
  /** From the moment that a read was due, for each. */
  ms: number[];
  /** Answers that were not the client's cards. */
  wrong: number;
}

const input = await programInput<ReadsLoadInput>();
const pool = new Pool(input.url, { connections: 16, pipelining: 1 });
const ms: number[] = [];
let wrong = 0;
const began = performance.now();
await Promise.all(Array.from({ length: input.perS * input.seconds }, (_, place) => read(place)));
await pool.close();
answer({ ms, wrong } satisfies ReadsLoadResult);

async function read(place: number): Promise<void> {
  const { companyId, key } = input.readers[(place * 7) % input.readers.length]!;
  const dueAt = began + (place * 1_000) / input.perS;
  await sleep(Math.max(0, dueAt - performance.now()));
  const { statusCode, body } = await pool.request({
    method: 'GET',
    path: `/v1/companies/${companyId}/portal/cards`,
    headers: { authorization: `Bearer ${key}` },
  });
  const { items } = (await body.json()) as { items?: unknown[] };
  ms.push(performance.now() - dueAt);
  if (statusCode !== 200 || items?.length !== input.cards) wrong += 1;
}
