import { z } from 'zod';
import { fallbackWays, type FallbackWay } from '../../../domain/message-fallback.ts';
import { taskQueues, workflowIds } from '../../../domain/workflow-ids.ts';
import type { Delivery } from '../../../db/app/stores/deliveries.ts';
import { fallBackUpdate, type CommandAnswer, type DeliverMessageInput, type FallBackInput } from '../../../workflows/messages.ts';
import type { Deps } from '../../deps.ts';
import { ApiError, invalid, notFound } from '../../errors.ts';
import { workflowLink, type WorkflowLink } from '../../links.ts';
import { route } from '../../route.ts';
import { idSchema, name, verdictSchema } from '../../schemas.ts';
import { answerOf, ask, tell } from '../../temporal.ts';
import { chooseSender } from './choose-sender.ts';
import { optionsOf, otherSenders } from './options.ts';

const bodySchema = z.strictObject({
  how: z.enum(fallbackWays),
  words: name(1_000).optional().meta({ description: 'What was said on the phone, or why it is given up. Kept sealed.' }),
  connectionId: idSchema('conn').optional().meta({ description: 'By which it is sent instead.' }),
  from: z.string().max(100).optional().meta({ description: 'Its sender; the first that can send when absent.' }),
});
type Body = z.output<typeof bodySchema>;

export const fallBackMessage = route({
  method: 'post',
  path: '/messages/:deliveryId/fall-back',
  permission: 'message.decide',
  summary: 'Say what is done in place of a message that reached nobody: sent by another connection, phoned, or given up',
  body: bodySchema,
  command: true,
  answer: verdictSchema.extend({ fallbackId: z.string() }).meta({ id: 'FallbackAnswer' }),
  refusals: [409, 422, 503, 504],
  async handle({ deps, found: { delivery }, body, caller, audit }) {
    const { messageFallbacks } = deps.stores;
    const { id: deliveryId, companyId, connectionId, to } = delivery;
    const workflow = workflowLink(deps, workflowIds.message(deliveryId));
    await requireOption(deps, delivery, body.how, workflow);
    const other = await otherOf(deps, delivery, body);
    const { how, words = null } = body;
    const asked = { companyId, connectionId, deliveryId, how, to, words, other };
    const { isNew, ...fallback } = await messageFallbacks.ask(asked, audit);
    const given = { by: caller.actor, fallbackId: fallback.id };
    try {
      const answer = (await tell(deps, workflow, fallBackUpdate, given)) ?? (await startAgain(deps, delivery, given, workflow));
      return { ...answerOf(workflow, answer), fallbackId: fallback.id };
    } catch (error) {
      // Another call's is not taken away: the workflow may be at it.
      if (isNew && error instanceof ApiError && error.status === 409) await messageFallbacks.discard(fallback.id);
      throw error;
    }
  },
});

async function requireOption(deps: Deps, delivery: Delivery, how: FallbackWay, workflow: WorkflowLink): Promise<void> {
  const options = (await optionsOf(deps, delivery)).map(({ key }) => key);
  if (options.includes(how)) return;
  const may = options.length > 0 ? `there are: ${options.join(', ')}` : 'there is nothing to do instead now';
  throw new ApiError(409, 'refused', `The message is ${delivery.status}: ${may}.`, { workflow });
}

/** By which connection and sender it goes out instead. */
async function otherOf(deps: Deps, delivery: Delivery, { how, words, connectionId, from }: Body) {
  const { optOuts, accounts } = deps.stores;
  if (how !== 'other_connection') {
    if (words === undefined) throw invalid([{ path: 'words', message: 'Say what was said, or why it is given up.' }]);
    for (const [path, given] of Object.entries({ connectionId, from }))
      if (given !== undefined) throw invalid([{ path, message: 'Goes with other_connection alone.' }]);
    return null;
  }
  if (connectionId === undefined) throw invalid([{ path: 'connectionId', message: 'Say by which connection it is sent.' }]);
  const others = await otherSenders(deps, delivery);
  if (!others.some(({ id }) => id === connectionId)) throw notFound('connection', 'connectionId');
  const sender = chooseSender(await accounts.reaches(connectionId), from);
  for (const id of [delivery.connectionId, connectionId])
    if (await optOuts.isOptedOut(id, delivery.to))
      throw new ApiError(422, 'opted_out', 'This person has opted out of messages: phone them, or give it up.');
  return { connectionId, from: sender };
}

/** Its workflow has ended, or was lost: another of the same id carries out what the person chose, and that alone. */
async function startAgain(
  deps: Deps,
  { id: deliveryId, companyId, connectionId }: Delivery,
  { fallbackId }: FallBackInput,
  workflow: WorkflowLink,
): Promise<CommandAnswer> {
  const { providerKey } = (await deps.stores.connections.find(connectionId))!;
  const { policy } = await deps.stores.connections.settings(connectionId);
  const input: DeliverMessageInput = { deliveryId, connectionId, companyId, providerKey, policy: policy.delivery, fallbackId };
  await ask(deps, workflow, (temporal) =>
    temporal.workflow.start('deliverMessage', {
      workflowId: workflow.id,
      taskQueue: taskQueues.messages,
      staticSummary: `Message ${deliveryId}, in another way`,
      args: [input],
    }),
  );
  return { verdict: 'accepted' };
}
