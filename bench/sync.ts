/** Messages synced per second, the first time and when nothing has changed, beside fetching alone and writing alone; and memory. */
import type { Connection } from 'mysql2/promise';
import { connect } from '../test/harness/scene.ts';
import { createFloorTable, openFloorDatabase } from './floor-database.ts';
import type { PagesInput } from './floors/pages.ts';
import type { UpsertInput } from './floors/upsert.ts';
import { figure, Incorrect, type Bench, type Figure, type Part } from './figure.ts';
import { collectGarbage, readPeakMiB, resetPeak } from './memory.ts';
import { runProgram } from './program.ts';
import { median } from './statistics.ts';
import { timeRun } from './time-run.ts';

interface Round {
  first: number;
  unchanged: number;
  fetching: number;
  upserting: number;
  peakMiB: number;
}
interface Alone {
  records: number;
  ms: number;
}

const fetching = 'fetching alone';
const upserting = 'raw multi-row upsert';

export const sync: Part = {
  name: 'sync',
  shares: 'the workers, the database, Temporal and the sandbox, which stands in for Twilio; a floor runs in a process of its own',
  async measure(bench) {
    const { url, connection } = await openFloorDatabase(bench.stack.databases.app);
    await createFloorTable(connection, 'floor_messages', 'messages');
    const sizes = bench.quick ? [2_000, 10_000] : [10_000, 100_000];
    const bySize = new Map<number, Round[]>(sizes.map((size) => [size, []]));
    // One process for all rounds, as in production; its garbage is collected before each, so that every size begins alike.
    await bench.stack.workers.kill('SIGTERM');
    await bench.stack.workers.start({ NODE_OPTIONS: '--inspect=127.0.0.1:0' });
    try {
      await measureRound({ ...bench, say: () => undefined }, { number: 0, size: sizes[0]!, url, connection }); // warms it
      for (let number = 1; number <= bench.rounds; number += 1)
        for (const size of sizes) bySize.get(size)!.push(await measureRound(bench, { number, size, url, connection }));
    } finally {
      await bench.stack.workers.kill('SIGTERM');
      await bench.stack.workers.start({ NODE_OPTIONS: '' });
      await connection.end();
    }
    return [...sizes.flatMap((size) => figuresOf(size, bySize.get(size)!)), ...memoryOf(bySize)];
  },
};

async function measureRound(
  { stack, say }: Bench,
  { number, size, url, connection }: { number: number; size: number; url: string; connection: Connection },
): Promise<Round> {
  const launched = await connect(stack, { messages: 0 });
  const { accountSid, authToken } = launched.account;
  await stack.sandbox.control('twilio', 'createAccount', { sid: accountSid, authToken, messages: size });
  const account: PagesInput = {
    providerKey: 'twilio',
    stream: 'messages',
    baseUrl: `${stack.sandbox.url}/twilio`,
    credentials: { accountSid, authToken },
  };
  const job = (await stack.app.jobs.list(launched.connectionId)).find(({ stream }) => stream === 'messages')!;
  const runFromStart = async (name: string) => {
    await connection.query('UPDATE integration_sync_jobs SET next_cursor = NULL WHERE id = ?', [job.id]);
    return timeRun(stack, launched, job.id, name);
  };

  const alone = await runProgram<Alone>('floors/fetch.ts', account);
  await collectGarbage(stack.workers);
  resetPeak(stack.workers.pid);
  const first = await runFromStart('first');
  const unchanged = await runFromStart('unchanged');
  const peakMiB = readPeakMiB(stack.workers.pid);
  const upsert: UpsertInput = { ...account, databaseUrl: url, connectionId: `conn_floor_${number}_${size}` };
  const written = await runProgram<Alone>('floors/upsert.ts', upsert);

  if (first.counts.created !== size || unchanged.counts.unchanged !== size || alone.records !== size || written.records !== size)
    throw new Incorrect(`Of ${size} messages a sync counted ${JSON.stringify([first.counts, unchanged.counts])}.`);
  const perS = (ms: number) => size / (ms / 1_000);
  const rates = {
    fetching: perS(alone.ms),
    first: perS(first.ms),
    unchanged: perS(unchanged.ms),
    upserting: perS(written.ms),
  };
  const words = Object.entries(rates).map(([name, rate]) => `${name} ${Math.round(rate)}/s`);
  say(`  round ${number}, ${size} messages: ${words.join(', ')}; peak ${Math.round(peakMiB)} MiB`);
  return { ...rates, peakMiB };
}

function figuresOf(size: number, rounds: Round[]): Figure[] {
  const of = (key: keyof Round) => rounds.map((round) => round[key]);
  const slower = median(of('fetching')) < median(of('upserting')) ? fetching : upserting;
  const name = size.toLocaleString('en-US');
  return [
    figure(`${name}, first load`, 'records/s', of('first'), {
      floors: { [fetching]: of('fetching'), [upserting]: of('upserting') },
      wishes: [{ floor: slower, atLeast: 0.5 }],
    }),
    figure(`${name}, unchanged`, 'records/s', of('unchanged'), {
      floors: { [fetching]: of('fetching') },
      wishes: [{ floor: fetching, atLeast: 0.8 }],
    }),
  ];
}

function memoryOf(bySize: Map<number, Round[]>): Figure[] {
  const [small, large] = [...bySize.values()].map((rounds) => rounds.map(({ peakMiB }) => peakMiB)) as [number[], number[]];
  const peaks = [...bySize].map(([size, rounds]) =>
    figure(
      `${size.toLocaleString('en-US')}, peak memory of the workers`,
      'MiB',
      rounds.map(({ peakMiB }) => peakMiB),
    ),
  );
  const growth = large.map((peak, round) => peak - small[round]!);
  return [...peaks, figure('growth of peak memory', 'MiB', growth, { wishes: [{ atMost: 50 }] })];
}
