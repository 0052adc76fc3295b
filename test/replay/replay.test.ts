/** Histories that were recorded from running workflows must replay on today's code. A red test here means: guard the change with `patched()`. */
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DeterminismViolationError } from '@temporalio/workflow';
import { DefaultLogger, Runtime, Worker, bundleWorkflowCode, type WorkflowBundle } from '@temporalio/worker';
import * as workflows from '../../workflows/index.ts';
import { tracingModule } from '../../temporal/tracing.ts';
import { bundleWorkflows } from '../../workers/worker.ts';

// The replay that must fail says so at length.
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR', forward: {} } } });

const root = fileURLToPath(new URL('../..', import.meta.url));
const releases = JSON.parse(await readFile(join(root, 'releases.json'), 'utf8')) as { version: string; workflows: string[] }[];
const historiesFolder = join(root, 'test/replay/histories');
const names = (await readdir(historiesFolder)).filter((name) => name.endsWith('.json'));

async function replay(workflowBundle: WorkflowBundle, name: string): Promise<void> {
  const history = JSON.parse(await readFile(join(historiesFolder, name), 'utf8')) as unknown;
  await Worker.runReplayHistory({ workflowBundle, sinks: { exporter: { export: { fn: () => undefined } } } }, history, name);
}

describe('recorded histories', () => {
  let bundle: WorkflowBundle;
  beforeAll(async () => {
    bundle = await bundleWorkflows();
  }, 120_000);

  it.each(Object.keys(workflows))('are there for %s', (workflow) => {
    expect(names.filter((name) => name.startsWith(`${workflow}.`))).not.toHaveLength(0);
  });

  // Whoever upgrades has workflows of each of these under way.
  const released = releases.flatMap(({ version, workflows: types }) => types.map((type) => ({ version, type })));
  it.each(released)('are there for $type as release $version ran it', ({ version, type }) => {
    expect(names.filter((name) => name.startsWith(`${type}.${version}.`))).not.toHaveLength(0);
    expect(Object.keys(workflows)).toContain(type);
  });

  it.each(names)('replays %s', async (name) => {
    await replay(bundle, name);
  });
});

/** Their interceptors put spans around what a workflow does; none of it may change the order of its commands. */
describe('recorded histories, on a worker with traces', () => {
  let bundle: WorkflowBundle;
  beforeAll(async () => {
    bundle = await bundleWorkflows([tracingModule]);
    expect(bundle.code).toContain('RunWorkflow:');
  }, 120_000);

  it.each(names)('go on: %s', async (name) => {
    await replay(bundle, name);
  });
});

describe('an incompatible edit', () => {
  let copy: string;
  let altered: WorkflowBundle;
  beforeAll(async () => {
    // Inside the repository, so that the copy resolves the same packages, and outside node_modules, whose files are not compiled.
    await mkdir(join(root, '.linkwright'), { recursive: true });
    copy = await mkdtemp(join(root, '.linkwright/altered-workflows-'));
    for (const room of ['workflows', 'domain']) await cp(join(root, room), join(copy, room), { recursive: true });
    const file = join(copy, 'workflows/sync-run.ts');
    const source = await readFile(file, 'utf8');
    const edited = source.replace('  const { runId } = opened;', '  const { runId } = opened;\n  await sleep(1000);');
    expect(edited).not.toBe(source);
    await writeFile(file, `import { sleep } from '@temporalio/workflow';\n${edited}`);
    altered = await bundleWorkflowCode({ workflowsPath: join(copy, 'workflows/index.ts'), logger: new DefaultLogger('WARN') });
  }, 120_000);
  afterAll(() => rm(copy, { recursive: true, force: true }));

  it('turns the replay red', async () => {
    const [name] = names.filter((each) => each.startsWith('syncRun.'));
    await expect(replay(altered, name!)).rejects.toThrow(DeterminismViolationError);
  });
});
