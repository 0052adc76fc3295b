import { z } from 'zod';
import type { ConnectionState } from '../../../domain/connection-state.ts';
import { renderTemplate } from '../../../domain/message-template.ts';
import { smsSize } from '../../../domain/sms.ts';
import { attributesOf, taskQueues, workflowIds } from '../../../domain/workflow-ids.ts';
import type { Connection } from '../../../db/app/stores/connections.ts';
import type { Delivery } from '../../../db/app/stores/deliveries.ts';
import { getProvider } from '../../../providers/registry.ts';
import type { DeliverMessageInput } from '../../../workflows/messages.ts';
import type { Deps } from '../../deps.ts';
import { ApiError, invalid, notFound } from '../../errors.ts';
import { leadingWorkflow, workflowLink } from '../../links.ts';
import { route } from '../../route.ts';
import { idSchema } from '../../schemas.ts';
import { ask } from '../../temporal.ts';
import { phone } from '../companies/schema.ts';
import { chooseSender } from './choose-sender.ts';
import { deliverySchema, describeDelivery } from './schema.ts';

export const sendMessage = route({
  method: 'post',
  path: '/companies/:companyId/messages',
  permission: 'message.send',
  summary: 'Send a message from a template; it is stored first, and its workflow sees it through to the provider’s word',
  body: z.strictObject({
    connectionId: idSchema('conn'),
    templateId: idSchema('tpl'),
    variables: z.record(z.string().max(60), z.string().max(1_000)).default({}),
    to: phone.meta({ description: 'E.164.' }),
    from: z
      .string()
      .max(100)
      .optional()
      .meta({ description: 'A sender of the connection by its id, number or service id; the first that can send when absent.' }),
  }),
  status: 202,
  answer: deliverySchema,
  refusals: [422, 503],
  idempotent: true,
  async handle({ deps, caller, found, body, audit, request }) {
    const connection = await deps.stores.connections.find(body.connectionId);
    if (connection?.companyId !== found.company.id) throw notFound('connection', 'connectionId');
    const made = request?.isRepeated ? await deps.stores.deliveries.madeFor(connection.id, request.name) : null;
    if (made) {
      // A process died, or a database went away, behind its row: it is in its workflow's hands, or gets there now.
      if (made.status === 'queued') await startDelivery(deps, connection, made);
      return describeDelivery(deps, caller, made);
    }
    const template = await deps.stores.templates.find(body.templateId);
    if (template?.companyId !== found.company.id) throw notFound('template', 'templateId');
    requireSending(deps, connection);

    const rendered = renderTemplate(template.body, template.variables, body.variables);
    if (!('text' in rendered)) throw invalid(variableIssues(rendered));
    const sender = chooseSender(await deps.stores.accounts.reaches(connection.id), body.from);
    if (await deps.stores.optOuts.isOptedOut(connection.id, body.to))
      throw new ApiError(
        422,
        'opted_out',
        'This person has opted out of messages: nothing may be sent to them until they opt in again.',
      );

    const delivery = await deps.stores.deliveries.create(
      {
        companyId: connection.companyId,
        connectionId: connection.id,
        templateId: template.id,
        variables: body.variables,
        from: sender,
        to: body.to,
        body: rendered.text,
        segments: smsSize(rendered.text).segments,
        request: request?.name,
      },
      audit,
    );
    await startDelivery(deps, connection, delivery);
    return describeDelivery(deps, caller, delivery);
  },
});

function requireSending(deps: Deps, connection: Connection): void {
  if (!getProvider(connection.providerKey).sendMessage)
    throw invalid([{ path: 'connectionId', message: 'This connection’s provider sends no messages.' }]);
  const reason = refusals[connection.state];
  if (reason) throw new ApiError(409, 'refused', reason, { workflow: leadingWorkflow(deps, connection) });
}

/** While events are held, a STOP that has arrived is not read yet: whoever opted out must not be sent to all the same. */
const refusals: Partial<Record<ConnectionState, string>> = {
  onboarding: 'The connection is still in onboarding: launch it before you send.',
  paused: 'The connection is paused, and what people reply waits unread, a STOP too: resume it before you send.',
  disconnected: 'The connection is disconnected: start a new onboarding to send with it again.',
};

function variableIssues({ missing, unknown }: { missing: string[]; unknown: string[] }) {
  return [
    ...missing.map((variable) => ({ path: `variables.${variable}`, message: 'The template needs it.' })),
    ...unknown.map((variable) => ({ path: `variables.${variable}`, message: 'The template does not know it.' })),
  ];
}

/** A delivery whose workflow cannot be started is cancelled at once and said so, instead of lying there unsent. */
async function startDelivery(deps: Deps, connection: Connection, delivery: Delivery): Promise<void> {
  const { id: connectionId, companyId, providerKey } = connection;
  const link = workflowLink(deps, workflowIds.message(delivery.id));
  const { policy } = await deps.stores.connections.settings(connectionId);
  const input: DeliverMessageInput = { deliveryId: delivery.id, connectionId, companyId, providerKey, policy: policy.delivery };
  try {
    await ask(deps, link, ({ workflow }) =>
      workflow.start('deliverMessage', {
        workflowId: link.id,
        taskQueue: taskQueues.messages,
        workflowIdConflictPolicy: 'USE_EXISTING',
        staticSummary: `Message ${delivery.id}`,
        typedSearchAttributes: attributesOf({ connectionId, companyId, providerKey }),
        args: [input],
      }),
    );
  } catch (error) {
    const now = await deps.stores.deliveries.find(delivery.id);
    // The start may have gone through although its answer was lost: then the workflow has the delivery in its hands.
    if (now?.status !== 'queued') return;
    await deps.stores.deliveries.advance(delivery.id, 'cancelled', {
      source: 'us',
      sentence: 'It was not sent, because Temporal did not answer: send it again when Temporal is back.',
    });
    throw error;
  }
}
