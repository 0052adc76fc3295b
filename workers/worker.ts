/** The workers: one for each task queue, sharing one workflow bundle. */
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import {
  DefaultLogger,
  Worker,
  bundleWorkflowCode,
  type ActivityInterceptorsFactory,
  type NativeConnection,
  type WorkerOptions,
  type WorkflowBundle,
} from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import type { ActivityDeps } from '../activities/deps.ts';
import { failureConverterPath } from '../temporal/data-converter.ts';
import { taskQueues, type TaskQueue } from '../domain/workflow-ids.ts';

const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
const workflowInterceptors = [fileURLToPath(new URL('../workflows/summaries.ts', import.meta.url))];

export interface WorkersOptions {
  connection: NativeConnection;
  namespace: string;
  dataConverter: DataConverter;
  deps: ActivityDeps;
  queues: TaskQueue[];
  /** How long activities under way may take to finish when the worker is asked to stop. */
  shutdownGraceMs: number;
  /** Told what activities answer and how they fail. */
  activityInterceptors?: ActivityInterceptorsFactory[];
  /** Interceptors of workflows beside our own, by path, and what takes their spans out. */
  workflowModules?: string[];
  sinks?: WorkerOptions['sinks'];
  /** A bundle made before, so that tests bundle once. */
  bundle?: WorkflowBundle;
}

export async function bundleWorkflows(more: string[] = []): Promise<WorkflowBundle> {
  return bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules: [...more, ...workflowInterceptors],
    failureConverterPath,
    logger: new DefaultLogger('WARN'), // webpack's statistics are nobody's news
  });
}

export interface RunningWorkers {
  /** Rejects when a worker dies by itself. */
  failed: Promise<void>;
  /** For each queue, whether it is polled. */
  polling(): Record<string, boolean>;
  stop(): Promise<void>;
}

/** Polls until `stop` is called. */
export async function startWorkers(options: WorkersOptions): Promise<RunningWorkers> {
  const { connection, namespace, dataConverter, deps, queues, shutdownGraceMs } = options;
  const workflowBundle = options.bundle ?? (await bundleWorkflows(options.workflowModules));
  const activities = createActivities(deps);
  const workers = await Promise.all(
    queues.map((queue) =>
      Worker.create({
        connection,
        namespace,
        dataConverter,
        taskQueue: taskQueues[queue],
        workflowBundle,
        activities,
        shutdownGraceTime: shutdownGraceMs,
        interceptors: { activity: options.activityInterceptors ?? [] },
        ...(options.sinks && { sinks: options.sinks }),
      }),
    ),
  );
  const runs = Promise.all(workers.map((worker) => worker.run())).then(() => undefined);
  runs.catch(() => undefined); // `failed` carries it; a stop before anybody listens must not crash the process
  return {
    failed: runs,
    polling: () => Object.fromEntries(queues.map((queue, index) => [queue, workers[index]!.getState() === 'RUNNING'])),
    async stop() {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await runs;
    },
  };
}
