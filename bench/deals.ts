/** Deals synced per second with the steps of their history: the first time, and when one in a hundred has moved; and memory. */
import { randomUUID } from 'node:crypto';
import type { Connection } from 'mysql2/promise';
import { connectProvider } from '../test/harness/connect-provider.ts';
import { createFloorTable, openFloorDatabase } from './floor-database.ts';
import type { PagesInput } from './floors/pages.ts';
import type { UpsertInput } from './floors/upsert.ts';
import { figure, Incorrect, type Bench, type Part } from './figure.ts';
import { collectGarbage, readPeakMiB, resetPeak } from './memory.ts';
import { runProgram } from './program.ts';
import { timeRun } from './time-run.ts';

const movementsEach = 3;
/** One in this many deals moves between two runs. */
const movedOneIn = 100;
const fetching = 'fetching alone';
const upserting = 'raw multi-row upsert';

interface Alone {
  records: number;
  ms: number;
}

export const deals: Part = {
  name: 'deals',
  shares:
    'the workers, the database, Temporal and the sandbox, which stands in for HubSpot; a floor runs in a process of its own',
  async measure(bench) {
    const { url, connection } = await openFloorDatabase(bench.stack.databases.app);
    for (const table of ['deals', 'deal_stage_movements']) await createFloorTable(connection, `floor_${table}`, table);
    const count = bench.quick ? 5_000 : 100_000;
    await bench.stack.workers.kill('SIGTERM');
    await bench.stack.workers.start({ NODE_OPTIONS: '--inspect=127.0.0.1:0' });
    const rounds: Awaited<ReturnType<typeof measureRound>>[] = [];
    try {
      await measureRound({ ...bench, say: () => undefined }, { number: 0, count: 2_000, url, connection }); // warms it
      for (let number = 1; number <= bench.rounds; number += 1)
        rounds.push(await measureRound(bench, { number, count, url, connection }));
    } finally {
      await bench.stack.workers.kill('SIGTERM');
      await bench.stack.workers.start({ NODE_OPTIONS: '' });
      await connection.end();
    }
    const of = (key: keyof (typeof rounds)[number]) => rounds.map((round) => round[key]);
    const [all, moved] = [count, count / movedOneIn].map((number) => number.toLocaleString('en-US'));
    return [
      figure(
        `${all} deals with ${(count * movementsEach).toLocaleString('en-US')} movements, first load`,
        'deals/s',
        of('first'),
        {
          floors: { [fetching]: of('fetching'), [upserting]: of('upserting') },
        },
      ),
      figure(`${moved} of them moved since`, 'deals/s', of('incremental'), { floors: { [fetching]: of('fetchingMoved') } }),
      figure(`peak memory of the workers`, 'MiB', of('peakMiB')),
    ];
  },
};

async function measureRound(
  { stack, say }: Bench,
  { number, count, url, connection }: { number: number; count: number; url: string; connection: Connection },
) {
  const { control } = stack.sandbox;
  const accessToken = `pat-na1-${randomUUID()}`;
  const { portalId } = await control<{ portalId: number }>('hubspot', 'createPortal', { privateToken: accessToken });
  const connected = await connectProvider(stack, { providerKey: 'hubspot', kind: 'api_key', values: { accessToken } });
  const { firstId } = await control<{ firstId: number }>('hubspot', 'createDeals', { portalId, count, movementsEach });
  const { id: jobId } = (await stack.app.jobs.list(connected.connectionId)).find(({ stream }) => stream === 'deals')!;
  const pages: PagesInput = {
    providerKey: 'hubspot',
    stream: 'deals',
    baseUrl: `${stack.sandbox.url}/hubspot`,
    credentials: { accessToken },
  };

  const alone = await runProgram<Alone>('floors/fetch.ts', pages);
  await collectGarbage(stack.workers);
  resetPeak(stack.workers.pid);
  await connection.query('UPDATE integration_sync_jobs SET next_cursor = NULL WHERE id = ?', [jobId]);
  const first = await timeRun(stack, connected, jobId, 'first');
  const { cursor } = (await stack.app.jobs.find(jobId))!;
  const moved = Array.from({ length: count / movedOneIn }, (_, place) => firstId + place * movedOneIn);
  for (const id of moved) await control('hubspot', 'moveDeal', { portalId, id, stage: 'contractsent' });
  const fetchedMoved = await runProgram<Alone>('floors/fetch.ts', { ...pages, cursor } satisfies PagesInput);
  const incremental = await timeRun(stack, connected, jobId, 'moved');
  const peakMiB = readPeakMiB(stack.workers.pid);
  const upsert: UpsertInput = { ...pages, databaseUrl: url, connectionId: `conn_floor_${number}` };
  const written = await runProgram<Alone>('floors/upsert-deals.ts', upsert);

  const [[kept]] = (await connection.query('SELECT COUNT(*) AS movements FROM deal_stage_movements WHERE connection_id = ?', [
    connected.connectionId,
  ])) as unknown as [[{ movements: number }]];
  const told = count * movementsEach;
  // A deal that stood in the stage already did not move.
  const isRight = kept.movements > told && kept.movements <= told + moved.length;
  if (first.counts.created !== count || incremental.counts.created !== 0 || !isRight || alone.records !== count)
    throw new Incorrect(`Of ${count} deals a sync counted ${JSON.stringify([first.counts, incremental.counts, kept])}.`);
  const rates = {
    fetching: perS(alone),
    first: perS({ records: count, ms: first.ms }),
    upserting: perS(written),
    fetchingMoved: perS({ records: moved.length, ms: fetchedMoved.ms }),
    incremental: perS({ records: moved.length, ms: incremental.ms }),
  };
  const words = Object.entries(rates).map(([name, rate]) => `${name} ${Math.round(rate)}/s`);
  say(`  round ${number}, ${count} deals: ${words.join(', ')}; peak ${Math.round(peakMiB)} MiB`);
  return { ...rates, peakMiB };
}

const perS = ({ records, ms }: Alone) => records / (ms / 1_000);
