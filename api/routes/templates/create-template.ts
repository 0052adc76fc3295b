import { z } from 'zod';
import { route } from '../../route.ts';
import { name } from '../../schemas.ts';
import { describeTemplate, requireSound, templateInput, templateSchema } from './schema.ts';

export const createTemplate = route({
  method: 'post',
  path: '/companies/:companyId/templates',
  permission: 'template.write',
  summary: 'Create a message template with its variables',
  body: z.strictObject({ name: name(), channel: z.literal('sms').default('sms'), ...templateInput }),
  status: 201,
  answer: templateSchema,
  idempotent: true,
  async handle({ deps, found, body, audit }) {
    requireSound(body);
    return describeTemplate(await deps.stores.templates.create({ companyId: found.company.id, ...body }, audit));
  },
});
