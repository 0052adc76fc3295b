import { z } from 'zod';
import { connectionStates, stateWords } from '../../../domain/connection-state.ts';
import { healthVerdicts, judgeHealth } from '../../../domain/health.ts';
import { failureCodes } from '../../../domain/failure.ts';
import { headroomOf, limitNames } from '../../../domain/headroom.ts';
import { leadingWorkflow, workflowSchema } from '../../links.ts';
import { forEyesOf } from '../../mask.ts';
import { route } from '../../route.ts';
import { circuitSchema, describeCircuit, describeFreshness, freshnessSchema } from '../connections/schema.ts';
import { moment, pageInput, pageOf, pageQuery } from '../../schemas.ts';

const healthSchema = z
  .object({
    connectionId: z.string(),
    providerKey: z.string(),
    label: z.string(),
    state: z.enum(connectionStates),
    nextAction: z.string(),
    lastSuccessAt: moment.nullable(),
    freshness: freshnessSchema,
    circuit: circuitSchema,
    check: z
      .object({
        kind: z.enum(['run', 'probe']),
        ok: z.boolean(),
        latencyMs: z.number().nullable(),
        code: z.enum(failureCodes).nullable(),
        sentence: z.string(),
        at: moment,
      })
      .nullable(),
    verdict: z.enum(healthVerdicts).meta({ description: 'idle: nothing is expected of it.' }),
    reasons: z.array(
      z.object({ sign: z.string(), verdict: z.enum(['at_risk', 'failing']), sentence: z.string(), todo: z.string() }),
    ),
    runs: z.object({ succeeded: z.number(), failed: z.number() }).meta({ description: 'That ended within a day.' }),
    queue: z
      .object({ open: z.number(), dead: z.number() })
      .meta({ description: 'Failed work: open items, and those of them that wait for a person.' }),
    eventsWaitingSince: moment.nullable().meta({ description: 'Of events that came in and are not applied: the oldest.' }),
    headroom: z
      .object({
        name: z.enum(limitNames).meta({ description: 'The time that the limit is for.' }),
        limit: z.number(),
        remaining: z.number(),
        resetsAt: moment.nullable().meta({ description: 'By when all of it is left again, at the latest; null when it is.' }),
        sentence: z.string(),
      })
      .nullable()
      .meta({ description: 'What is left of the provider’s nearest limit; null when it said nothing of one within a day.' }),
    workflow: workflowSchema,
  })
  .meta({ id: 'Health' });

export const listHealth = route({
  method: 'get',
  path: '/companies/:companyId/health',
  permission: 'health.read',
  summary: 'How each connection is now: healthy, at risk or failing, and why',
  query: z.strictObject(pageQuery),
  answer: pageOf(healthSchema),
  async handle({ deps, caller, found, query }) {
    const { items, nextCursor } = await deps.stores.health.list({ companyId: found.company.id, ...pageInput(query) });
    const circuits = await deps.stores.circuits.read(items.map(({ connectionId }) => connectionId));
    const shown = forEyesOf(caller);
    const now = new Date();
    const connectionIds = items.map(({ connectionId }) => connectionId);
    const vitals = await deps.stores.health.vitals({ companyId: found.company.id, connectionIds, now });
    const waiting = await deps.traffic.events.waitingSinceOf(connectionIds);
    const judge = (health: (typeof items)[number]) =>
      judgeHealth({
        ...vitals.get(health.connectionId)!,
        state: health.state,
        lastSuccessAt: health.lastSuccessAt?.toISOString() ?? null,
        freshWithinS: health.freshWithinS,
        check: health.check,
        circuit: circuits.get(health.connectionId) ?? null,
        eventsWaitingSince: waiting.get(health.connectionId)?.toISOString() ?? null,
        now: now.toISOString(),
      });
    const headroom = (connectionId: string) => {
      const { quota } = vitals.get(connectionId)!;
      return quota && headroomOf(quota, now.toISOString());
    };
    const verdicts = new Map(items.map((health) => [health.connectionId, judge(health)]));
    return {
      items: items.map(({ freshWithinS, check, ...health }) => ({
        ...health,
        check: check && { ...check, sentence: shown(check.sentence) },
        freshness: describeFreshness(health, freshWithinS),
        circuit: describeCircuit(circuits.get(health.connectionId), health.providerKey, caller),
        verdict: verdicts.get(health.connectionId)!.verdict,
        reasons: verdicts.get(health.connectionId)!.reasons.map((reason) => ({ ...reason, sentence: shown(reason.sentence) })),
        runs: vitals.get(health.connectionId)!.runs,
        queue: vitals.get(health.connectionId)!.queue,
        eventsWaitingSince: waiting.get(health.connectionId) ?? null,
        headroom: headroom(health.connectionId),
        nextAction: stateWords[health.state].nextAction,
        workflow: leadingWorkflow(deps, { id: health.connectionId, state: health.state }),
      })),
      nextCursor,
    };
  },
});
