import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { z } from 'zod';
import { rotationPolicy } from '../../../domain/key-rotation.ts';
import { taskQueues } from '../../../domain/workflow-ids.ts';
import type { RotateKeysInput } from '../../../workflows/messages.ts';
import { ApiError } from '../../errors.ts';
import { route } from '../../route.ts';
import { ask } from '../../temporal.ts';
import { describe, kindSchema, rotationLink, rotationSchema } from './schema.ts';

export const startRotation = route({
  method: 'post',
  path: '/key-rotation',
  permission: 'platform.keys',
  summary: 'Replace keys while everything goes on; nothing is forgotten before somebody retires the old key',
  body: z.strictObject({ kind: kindSchema }),
  command: true,
  status: 202,
  answer: rotationSchema,
  refusals: [409, 503, 504],
  async handle({ deps, body: { kind }, audit }) {
    const link = rotationLink(deps);
    const { masterKeyId } = deps.keyring;
    const known = await deps.stores.masterKeys.list();
    const refusal = (reason: string) => new ApiError(409, 'refused', reason, { workflow: link });
    if (kind === 'master' && known.some(({ id, state }) => id === masterKeyId && state === 'active'))
      throw refusal(
        `The master key that this process was given, ${masterKeyId}, is the one in force. Start every process again with the new ` +
          'key as MASTER_KEY and the old one as MASTER_KEY_PREVIOUS, then rotate.',
      );
    const underWay = 'A rotation is under way, or waits for a decision: retire its old key or reverse it first.';
    const last = await ask(deps, link, ({ workflow }) => workflow.getHandle(link.id).describe());
    if (last?.status.name === 'RUNNING') throw refusal(underWay);
    const input: RotateKeysInput = {
      kind,
      rotation: `rotation-${new Date().toISOString()}`,
      ...(kind === 'master' && { masterKeyId }),
      policy: rotationPolicy,
    };
    try {
      await ask(deps, link, (temporal) =>
        temporal.workflow.start('rotateKeys', {
          workflowId: link.id,
          taskQueue: taskQueues.lifecycle,
          workflowIdConflictPolicy: 'FAIL',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          staticSummary: `Rotation of the ${kind} keys`,
          args: [input],
        }),
      );
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      throw refusal(underWay);
    }
    const detail = { kind, rotation: input.rotation };
    await deps.stores.audit.append({
      ...audit,
      companyId: null,
      action: 'keys.rotate',
      subject: link.id,
      outcome: 'done',
      detail,
    });
    return describe(deps, { kind, phase: 'rotating', keys: 0, values: 0, broken: 0 });
  },
});
