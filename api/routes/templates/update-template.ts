import { z } from 'zod';
import { route } from '../../route.ts';
import { describeTemplate, requireSound, templateInput, templateSchema } from './schema.ts';

export const updateTemplate = route({
  method: 'patch',
  path: '/templates/:templateId',
  permission: 'template.write',
  summary: 'Change a template’s body and variables together; its version counts up',
  body: z.strictObject({
    ...templateInput,
    version: z.int().optional().meta({ description: 'The one that was changed: 409 when there is a newer one.' }),
  }),
  answer: templateSchema,
  refusals: [409],
  async handle({ deps, found, body, audit }) {
    requireSound(body);
    return describeTemplate(await deps.stores.templates.update(found.template.id, body, audit));
  },
});
