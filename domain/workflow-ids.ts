import type { ErasureKind } from './erasure.ts';

/** Workflow ids are derived from what they are about: starting twice is harmless, and ops can guess them. */
export const workflowIds = {
  onboarding: (connectionId: string) => `onboarding:${connectionId}`,
  connector: (connectionId: string) => `connector:${connectionId}`,
  /** The Schedule of a job, and the prefix of its runs' workflow ids. */
  sync: (jobId: string) => `sync:${jobId}`,
  syncOnDemand: (jobId: string, requestId: string) => `sync:${jobId}:${requestId}`,
  /** One at a time for each object: who asks while one is under way is answered by it. */
  sample: (connectionId: string, object: string) => `sample:${connectionId}:${object}`,
  remap: (remapId: string) => `remap:${remapId}`,
  retries: (connectionId: string) => `retries:${connectionId}`,
  replay: (replayId: string) => `replay:${replayId}`,
  replayPreview: (previewId: string) => `replay-preview:${previewId}`,
  events: (connectionId: string) => `events:${connectionId}`,
  pushes: (connectionId: string) => `pushes:${connectionId}`,
  message: (deliveryId: string) => `message:${deliveryId}`,
  escalation: (incidentId: string) => `escalation:${incidentId}`,
  /** The Schedule of the pass that compares the database with Temporal, and the prefix of its workflow ids. */
  reconcile: 'reconcile',
  /** The Schedule of the hourly pass that takes the values of periods and opens reports, and the prefix of its workflow ids. */
  reports: 'reports',
  report: (companyId: string, periodKey: string) => `report:${companyId}:${periodKey}`,
  erase: (erasureId: string) => `erase:${erasureId}`,
  /** There is one rotation at a time. */
  keyRotation: 'rotate-keys',
};

/** One task queue for each kind of work, so that each can be given its own workers. */
export const taskQueues = { lifecycle: 'lifecycle', sync: 'sync', events: 'events', messages: 'messages' } as const;
export type TaskQueue = keyof typeof taskQueues;

/** Registered in the Temporal namespace at start; they let ops filter by company, connection, provider and state. */
export const searchAttributes = {
  company: { name: 'LinkwrightCompany', type: 'KEYWORD' },
  connection: { name: 'LinkwrightConnection', type: 'KEYWORD' },
  provider: { name: 'LinkwrightProvider', type: 'KEYWORD' },
  state: { name: 'LinkwrightState', type: 'KEYWORD' },
  escalated: { name: 'LinkwrightEscalated', type: 'BOOL' },
} as const;

type Ref = Record<'companyId' | 'connectionId' | 'providerKey', string>;

/** What every workflow of a connection is found by, as the SDK takes it. */
export function attributesOf({ companyId, connectionId, providerKey }: Ref) {
  return [
    { key: searchAttributes.company, value: companyId },
    { key: searchAttributes.connection, value: connectionId },
    { key: searchAttributes.provider, value: providerKey },
  ];
}

/** How the workflow that drains a connection's stored events is started, whoever wakes it. */
export function drainStart({ companyId, connectionId, providerKey }: Ref) {
  return {
    workflowId: workflowIds.events(connectionId),
    taskQueue: taskQueues.events,
    staticSummary: `Stored events of ${connectionId}`,
    typedSearchAttributes: attributesOf({ companyId, connectionId, providerKey }),
    args: [{ connectionId, companyId, providerKey }] as [Ref],
  };
}

/** How the workflow that tries a connection's failed work again is started, whoever wakes it. */
export function retriesStart({ companyId, connectionId, providerKey }: Ref) {
  return {
    workflowId: workflowIds.retries(connectionId),
    taskQueue: taskQueues.events,
    staticSummary: `Failed work of ${connectionId}`,
    typedSearchAttributes: attributesOf({ companyId, connectionId, providerKey }),
    args: [{ connectionId, companyId, providerKey }] as [Ref],
  };
}

/** How a replay of failed work is started. */
export function replayStart<Input extends Ref & { replayId: string }>(input: Input) {
  return {
    workflowId: workflowIds.replay(input.replayId),
    taskQueue: taskQueues.events,
    staticSummary: `Replay of failed work of ${input.connectionId}`,
    typedSearchAttributes: attributesOf(input),
    args: [input] as [Input],
  };
}

/** How the workflow that writes what people asked for is started, whoever wakes it. */
export function pushesStart({ companyId, connectionId, providerKey }: Ref) {
  return {
    workflowId: workflowIds.pushes(connectionId),
    taskQueue: taskQueues.messages,
    staticSummary: `Pushes of ${connectionId}`,
    typedSearchAttributes: attributesOf({ companyId, connectionId, providerKey }),
    args: [{ connectionId, companyId, providerKey }] as [Ref],
  };
}

/** How the report of a company's week or month is started. */
export function reportStart<Input extends { companyId: string; periodKey: string }>(input: Input) {
  return {
    workflowId: workflowIds.report(input.companyId, input.periodKey),
    taskQueue: taskQueues.lifecycle,
    staticSummary: `Report of ${input.periodKey}`,
    typedSearchAttributes: [{ key: searchAttributes.company, value: input.companyId }],
    args: [input] as [Input],
  };
}

/** How an erasure is started. It has no search attribute of the company: what has one is ended when a company is erased. */
export function erasureStart<Input extends { erasureId: string; companyId: string; kind: ErasureKind }>(input: Input) {
  return {
    workflowId: workflowIds.erase(input.erasureId),
    taskQueue: taskQueues.lifecycle,
    staticSummary: input.kind === 'company' ? `Erasure of ${input.companyId}` : `Erasure of a person in ${input.companyId}`,
    args: [input] as [Input],
  };
}
