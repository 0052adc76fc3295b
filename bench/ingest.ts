/** Webhooks per second, committed before the answer, beside a plain Express handler with one INSERT and with no database. */
import { commandsOf } from '../test/harness/connector.ts';
import { connect } from '../test/harness/scene.ts';
import type { ExpressInput } from './floors/express.ts';
import { createFloorTable, floorDatabase, openFloorDatabase } from './floor-database.ts';
import { figure, type Bench, type Figure, type Part } from './figure.ts';
import type { LoadResult } from './load.ts';
import { startProgram } from './program.ts';
import { sendWebhooks } from './send-webhooks.ts';

/** As many database connections as the API has by default. */
const poolMax = 10;
const ours = 'ours';
const withInsert = 'Express + INSERT';
const withoutDatabase = 'Express, no database';

interface Target {
  url: string;
  /** `null` where none are written. */
  countRows: (() => Promise<number>) | null;
}

export const ingest: Part = {
  name: 'ingest',
  shares: 'the load, the handler under test and the database; Temporal and the workers idle, because the connection is paused',
  async measure(bench) {
    const { stack } = bench;
    const launched = await connect(stack, { messages: 0 });
    await commandsOf(stack, launched).pause();
    const path = `/webhooks/twilio/${launched.connectionId}`;
    const { authToken } = launched.account;
    const { url: floorUrl, connection: database } = await openFloorDatabase(stack.databases.traffic);
    await createFloorTable(database, 'floor_events', 'integration_raw_events');
    // The payload stands in the same row, so that one INSERT is enough.
    await database.query(`ALTER TABLE ${floorDatabase}.floor_events ADD COLUMN body MEDIUMBLOB NOT NULL`);
    const count = (table: string) => async () => {
      const [rows] = await database.query(`SELECT COUNT(*) AS count FROM ${table} WHERE connection_id = ?`, [
        launched.connectionId,
      ]);
      return (rows as { count: number }[])[0]!.count;
    };
    const express = (databaseUrl: string | null) =>
      startProgram<{ url: string }>('floors/express.ts', { authToken, databaseUrl, poolMax } satisfies ExpressInput);
    const programs = [express(floorUrl), express(null)] as const;
    try {
      const targets: Record<string, Target> = {
        [ours]: { url: stack.url + path, countRows: count('integration_raw_events') },
        [withInsert]: {
          url: (await programs[0].answers()).url + path,
          countRows: count(`${floorDatabase}.floor_events`),
        },
        [withoutDatabase]: { url: (await programs[1].answers()).url + path, countRows: null },
      };
      const figures: Figure[] = [];
      for (const connections of [1, 16, 64]) figures.push(...(await atConnections(bench, connections, targets, authToken)));
      return figures;
    } finally {
      for (const program of programs) await program.stop();
      await database.end();
    }
  },
};

async function atConnections(
  { rounds, quick, say }: Bench,
  connections: number,
  targets: Record<string, Target>,
  authToken: string,
): Promise<Figure[]> {
  const results: Record<string, LoadResult[]> = {};
  for (let round = 1; round <= rounds; round += 1)
    for (const [name, { url, countRows }] of Object.entries(targets)) {
      const { result, rows } = await sendWebhooks({ name, url, authToken, connections, quick, countRows });
      say(
        `  round ${round}, ${connections} connections, ${name}: ${Math.round(result.perS)}/s` +
          (rows === null ? '' : `; ${result.accepted} answered, ${rows} rows`),
      );
      (results[name] ??= []).push(result);
    }
  const of = (key: 'perS' | 'p50Ms' | 'p99Ms') => (name: string) => results[name]!.map((result) => result[key]);
  const beside = (key: 'perS' | 'p50Ms' | 'p99Ms') => ({
    [withInsert]: of(key)(withInsert),
    [withoutDatabase]: of(key)(withoutDatabase),
  });
  const wishes = [
    { floor: withInsert, atLeast: 1.15 },
    { floor: withoutDatabase, atLeast: 0.7 },
  ];
  return [
    figure(`${connections} connections`, 'requests/s', of('perS')(ours), {
      floors: beside('perS'),
      wishes: connections === 64 ? wishes : [],
    }),
    figure(`${connections} connections, p50`, 'ms', of('p50Ms')(ours), { floors: beside('p50Ms') }),
    figure(`${connections} connections, p99`, 'ms', of('p99Ms')(ours), { floors: beside('p99Ms') }),
  ];
}
