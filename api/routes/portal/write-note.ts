import { z } from 'zod';
import { noteLengthMax } from '../../../domain/note.ts';
import { getProvider } from '../../../providers/registry.ts';
import type { Deps } from '../../deps.ts';
import { notFound } from '../../errors.ts';
import { route } from '../../route.ts';
import { day, idSchema, plainWords } from '../../schemas.ts';
import { describeNote, ownNoteSchema } from '../notes/schema.ts';

const actionMax = 200;

export const writeNote = route({
  method: 'post',
  path: '/companies/:companyId/portal/notes',
  permission: 'portal.write',
  summary: 'Write a note for the client: short, with its source, its dates and the business action that it points at',
  body: z
    .strictObject({
      connectionId: idSchema('conn').meta({ description: 'The connection that the note speaks of; its provider is the source.' }),
      body: plainWords(noteLengthMax),
      from: day,
      until: day,
      activityId: z
        .string()
        .regex(/^\d{1,15}$/, 'Must be the id of an entry of the company’s activity.')
        .optional()
        .meta({ description: 'The business action: an entry of GET /companies/:companyId/activity.' }),
      automationRunId: z.string().max(32).optional().meta({ description: 'Or the automation’s run that did it.' }),
      action: plainWords(actionMax).optional().meta({ description: 'The business action in words; else those of the activity.' }),
      publish: z.boolean().default(true).meta({ description: 'False keeps it as a draft, which no client sees.' }),
    })
    .refine(({ from, until }) => from <= until, { path: ['until'], message: 'Must not lie before "from".' })
    .refine(({ activityId, automationRunId }) => (activityId === undefined) !== (automationRunId === undefined), {
      path: ['activityId'],
      message: 'Name the business action: either activityId or automationRunId.',
    }),
  status: 201,
  answer: ownNoteSchema,
  idempotent: true,
  async handle({ deps, found, body: { publish, activityId = null, automationRunId = null, action, ...words }, audit }) {
    const companyId = found.company.id;
    const connection = await deps.stores.connections.find(words.connectionId);
    if (connection?.companyId !== companyId) throw notFound('connection', 'connectionId');
    const done = await actionWords(deps, companyId, { activityId, automationRunId });
    const note = await deps.stores.notes.create(
      {
        ...words,
        companyId,
        activityId,
        automationRunId,
        action: action ?? done.slice(0, actionMax),
        sourceLabel: getProvider(connection.providerKey).label,
        state: publish ? 'published' : 'draft',
      },
      audit,
    );
    return describeNote(note);
  },
});

/** Of a business action that is the company's own; anybody else's is not there. */
async function actionWords(
  { stores, traffic }: Deps,
  companyId: string,
  { activityId, automationRunId }: { activityId: string | null; automationRunId: string | null },
): Promise<string> {
  if (automationRunId !== null) {
    if (!(await stores.notes.isAutomationOf(companyId, automationRunId))) throw notFound('automation run', 'automationRunId');
    return 'Done by an automation.';
  }
  const activity = await traffic.activity.find(activityId!);
  if (activity?.companyId !== companyId) throw notFound('activity', 'activityId');
  return activity.sentence;
}
