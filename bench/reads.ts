/** How long a client waits for the cards, when a thousand companies have a million movements of deals between them. */
import { createConnection } from 'mysql2/promise';
import { getProvider } from '../providers/registry.ts';
import type { AppStores } from '../db/app/stores/index.ts';
import { figure, Incorrect, type Part } from './figure.ts';
import { runProgram } from './program.ts';
import type { ReadsLoadInput, ReadsLoadResult } from './reads-load.ts';
import { quantile } from './statistics.ts';

const perS = 100;
const provider = getProvider('hubspot');
const by = { actor: 'bench' };

export const reads: Part = {
  name: 'reads',
  shares: 'the load, the API and the database',
  async measure({ stack, rounds, quick, say }) {
    const [companies, movements, seconds] = quick ? [20, 20_000, 3] : [1_000, 1_000_000, 20];
    const readers = await seedCompanies(stack.app, companies);
    await seedMovements(stack.databases.app, movements);
    say(`  ${companies} companies with ${movements.toLocaleString('en-US')} movements stand`);
    const [p50, p99]: [number[], number[]] = [[], []];
    for (let round = 1; round <= rounds; round += 1) {
      const input: ReadsLoadInput = { url: stack.url, readers, perS, seconds, cards: provider.metrics.length };
      const { ms, wrong } = await runProgram<ReadsLoadResult>('reads-load.ts', input);
      if (wrong > 0 || ms.length !== perS * seconds)
        throw new Incorrect(
          `Of ${perS * seconds} reads ${ms.length} were answered, ${wrong} of them not with the client's cards.`,
        );
      p50.push(quantile(ms, 0.5));
      p99.push(quantile(ms, 0.99));
      say(`  round ${round}: p50 ${p50.at(-1)!.toFixed(1)} ms, p99 ${p99.at(-1)!.toFixed(1)} ms`);
    }
    const name = `a client's cards, ${perS}/s, ${companies.toLocaleString('en-US')} companies, ${movements.toLocaleString('en-US')} movements`;
    return [figure(`${name}, p50`, 'ms', p50), figure(`${name}, p99`, 'ms', p99, { wishes: [{ atMost: 20 }] })];
  },
};

/** Each with a connection in force, a card with baseline and value for each metric, and a client's key. */
async function seedCompanies(app: AppStores, count: number): Promise<ReadsLoadInput['readers']> {
  const readers: ReadsLoadInput['readers'] = [];
  const seedOne = async (place: number) => {
    const { id: companyId } = await app.companies.create({ name: `Company ${place}`, timeZone: 'UTC' }, by);
    const { id: connectionId } = await app.connections.create(
      {
        companyId,
        providerKey: provider.key,
        purpose: 'deals',
        label: 'Deals',
        ownerUserId: null,
        reason: 'Bench',
        settings: {},
      },
      by,
    );
    await app.connections.setState(connectionId, 'active', 'Bench.', by.actor);
    const at = new Date();
    await app.connections.markSucceeded(connectionId, at);
    for (const metricKey of provider.metrics) {
      await app.cards.save({ companyId, connectionId, metricKey, nextAction: 'Call back.', explanation: 'As it was.' });
      for (const kind of ['baseline', 'current'] as const)
        await app.metrics.saveSnapshot({ companyId, connectionId, metricKey, kind, value: '12', at });
    }
    const { key } = await app.apiKeys.create({ companyId, role: 'client', label: 'bench' }, by);
    readers.push({ companyId, key });
  };
  const places = Array.from({ length: count }, (_, place) => place).values();
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (const place of places) await seedOne(place);
    }),
  );
  return readers;
}

/** Spread over the connections and the last ninety days. */
async function seedMovements(databaseUrl: string, count: number): Promise<void> {
  const connection = await createConnection(databaseUrl);
  try {
    await connection.query(
      'CREATE TEMPORARY TABLE places (place INT PRIMARY KEY, connection_id VARCHAR(32), company_id VARCHAR(32))',
    );
    await connection.query('SET @place = -1');
    await connection.query(
      `INSERT INTO places SELECT @place := @place + 1, id, company_id FROM integration_connections WHERE provider_key = ?`,
      [provider.key],
    );
    const [[{ owners }]] = (await connection.query('SELECT COUNT(*) AS owners FROM places')) as unknown as [[{ owners: number }]];
    const batch = 10_000;
    await connection.query('CREATE TEMPORARY TABLE numbers (number INT PRIMARY KEY)');
    await connection.query('INSERT INTO numbers VALUES ?', [Array.from({ length: batch }, (_, number) => [number])]);
    for (let from = 0; from < count; from += batch)
      await connection.query(
        `INSERT INTO deal_stage_movements (connection_id, company_id, external_id, content_hash, deal_external_id, from_stage, to_stage,
           moved_at, entered_at)
         SELECT connection_id, company_id, CONCAT('m', ? + number), REPEAT('0', 32), CONCAT('d', (? + number) DIV 3), 'new', 'offer',
           UTC_TIMESTAMP(3) - INTERVAL (number * 777) SECOND, UTC_TIMESTAMP(3) - INTERVAL (number * 777 + 90000) SECOND
         FROM numbers JOIN places ON place = MOD(? + number, ?)`,
        [from, from, from, owners],
      );
  } finally {
    await connection.end();
  }
}
