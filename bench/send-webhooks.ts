import { Incorrect } from './figure.ts';
import type { LoadInput, LoadResult } from './load.ts';
import { runProgram } from './program.ts';

interface Sent {
  /** Who is loaded, for the sentence when it loses something. */
  name: string;
  url: string;
  authToken: string;
  connections: number;
  /** Small sizes, for a try. */
  quick: boolean;
  /** `null` where none are written. */
  countRows: (() => Promise<number>) | null;
}

/** One load of signed webhooks, after which every one that was answered with a 2xx must be a row. */
export async function sendWebhooks({ name, url, authToken, connections, quick, countRows }: Sent) {
  const before = await countRows?.();
  const result = await runProgram<LoadResult>('load.ts', {
    url,
    authToken,
    connections,
    warmUpMs: quick ? 500 : 1_000,
    measureMs: quick ? 1_000 : 4_000,
    requestsMax: quick ? 20_000 : 60_000,
  } satisfies LoadInput);
  const rows = countRows ? (await countRows()) - before! : null;
  if (Object.keys(result.refused).length > 0) throw new Incorrect(`${name} refused webhooks: ${JSON.stringify(result.refused)}`);
  if (rows !== null && rows !== result.accepted)
    throw new Incorrect(`${name} answered ${result.accepted} webhooks with a 2xx, and ${rows} rows came of them.`);
  return { result, rows };
}
