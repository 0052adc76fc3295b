/**
 * `npm run histories:capture`, beside a running `npm start`: tells the demonstration's story, disconnects at its end, and keeps the
 * history of every workflow that took part for the replay test. A history that is there already stays as it is.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { searchAttributes } from '../domain/workflow-ids.ts';
import { apiClient, until } from './demo/client.ts';
import { tellStory } from './demo/story.ts';
import { readDevelopment } from './development.ts';
import packageJson from '../package.json' with { type: 'json' };

const folder = new URL('../test/replay/histories/', import.meta.url);
const repository = fileURLToPath(new URL('..', import.meta.url));
mkdirSync(folder, { recursive: true });

const development = await readDevelopment();
const { connectionId } = await tellStory({ ...development, say: (chapter) => console.log(`told: ${chapter}`) });
const api = apiClient(development.apiUrl, development.adminKey);
await api.call('POST', `/connections/${connectionId}/disconnect`, { reason: 'The story is told.' });

const connection = await Connection.connect({ address: development.temporalAddress });
const client = new Client({ connection });
const query = `${searchAttributes.connection.name} = "${connectionId}"`;
await until(
  'every workflow of the story has ended',
  async () => (await client.workflow.count(`${query} AND ExecutionStatus = "Running"`)).count,
  (running) => running === 0,
);

for await (const { workflowId, runId, type } of client.workflow.list({ query })) {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  // One for each shape: another run through the same events would prove nothing more.
  const shape = createHash('sha256')
    .update((history.events ?? []).map(({ eventType }) => eventType).join())
    .digest('hex')
    .slice(0, 8);
  const file = new URL(`${type}.${packageJson.version}.${shape}.json`, folder);
  if (existsSync(file)) continue;
  // Stacks in failures name the folder that the repository happens to stand in.
  writeFileSync(file, `${historyToJSON(history).replaceAll(repository, '')}\n`);
  console.log(`captured: ${file.pathname}`);
}
await connection.close();
