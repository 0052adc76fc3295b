/** Messages as a company sends them, and what the sandbox saw of them. */
import type { WorkflowHandle } from '@temporalio/client';
import type { ConnectionPolicy } from '../../domain/policy.ts';
import { taskQueues, workflowIds } from '../../domain/workflow-ids.ts';
import {
  cancelDeliveryUpdate,
  decideDeliveryUpdate,
  type DecideDeliveryInput,
  type DeliverMessageResult,
} from '../../workflows/messages.ts';

import { askedOf, quickPolicy, type Launched, type Stage } from './scene.ts';
import { freshNumber } from './twilio-account.ts';

export interface SentAtTwilio {
  sid: string;
  to: string;
  body: string;
  status: string;
  createdAt: Date;
}

export interface Sending {
  deliveryId: string;
  to: string;
  handle: WorkflowHandle;
  ends(): Promise<DeliverMessageResult>;
  decide(decision: DecideDeliveryInput['decision']): ReturnType<WorkflowHandle['executeUpdate']>;
  cancel(): ReturnType<WorkflowHandle['executeUpdate']>;
  /** The messages to this recipient that exist at the provider, exactly as they were asked for. */
  atTwilio(): Promise<SentAtTwilio[]>;
}

export interface SendOptions {
  from?: string;
  to?: string;
  body?: string;
  policy?: Partial<ConnectionPolicy['delivery']>;
}

/** Stores a delivery and starts its workflow, as `POST /messages` does. */
export async function send(engine: Stage, launched: Launched, options: SendOptions = {}): Promise<Sending> {
  const { start, ...sending } = await store(engine, launched, options);
  await start();
  return sending;
}

/** Stores a delivery; `start` starts its workflow. */
export async function store(
  engine: Stage,
  launched: Launched,
  { from = launched.account.number, to = freshNumber(), body = 'Your technician comes at 14:30', policy = {} }: SendOptions = {},
): Promise<Sending & { start(): Promise<unknown> }> {
  const { connectionId, companyId, providerKey, account } = launched;
  // Twilio's own test numbers are public, and no canaries.
  if (!to.startsWith('+1500555')) engine.canaries.add(to);
  engine.canaries.add(body);
  const { id: deliveryId } = await engine.app.deliveries.create(
    { companyId, connectionId, templateId: null, variables: {}, from, to, body, segments: 1 },
    { actor: 'test' },
  );
  const workflowId = workflowIds.message(deliveryId);
  const handle = engine.client.workflow.getHandle(workflowId);
  return {
    deliveryId,
    to,
    handle,
    start: () =>
      engine.client.workflow.start('deliverMessage', {
        workflowId,
        taskQueue: taskQueues.messages,
        args: [{ deliveryId, connectionId, companyId, providerKey, policy: { ...quickPolicy.delivery, ...policy } }],
      }),
    ends: () => handle.result() as Promise<DeliverMessageResult>,
    decide: (decision) => handle.executeUpdate(decideDeliveryUpdate, { args: [{ by: 'user_operator', decision }] }),
    cancel: () => handle.executeUpdate(cancelDeliveryUpdate, { args: [{ by: 'user_operator' }] }),
    async atTwilio() {
      const messages = await engine.sandbox.control<SentAtTwilio[]>('twilio', 'messages', { accountSid: account.accountSid });
      return messages.filter((message) => message.to === to);
    },
  };
}

/** What becomes of messages sent from now on: with a callback for each status. */
export function plan(
  engine: Stage,
  { account }: Launched,
  statuses: { status: string; delayMs: number; errorCode?: number }[],
): Promise<unknown> {
  return engine.sandbox.control('twilio', 'setCallbacks', { accountSid: account.accountSid, plan: statuses });
}

/** How often the sandbox was asked to send. */
export async function sendsAsked(engine: Stage, launched: Launched): Promise<number> {
  return (await askedOf(engine, launched, '/Messages.json')).filter(({ method }) => method === 'POST').length;
}
