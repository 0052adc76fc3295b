/** The workflow bundle, made once for all test files: bundling takes seconds. */
import type { WorkflowBundle } from '@temporalio/worker';
import { bundleWorkflows } from '../../workers/worker.ts';
import { kept } from './kept.ts';

export async function workflowBundle(): Promise<WorkflowBundle> {
  const make = async () => (await bundleWorkflows()).code;
  return { code: await kept({ name: 'workflows', sources: ['workflows', 'domain'], make }) };
}
