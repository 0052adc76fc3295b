import { route } from '../../route.ts';
import { describeTemplate, templateSchema } from './schema.ts';

export const getTemplate = route({
  method: 'get',
  path: '/templates/:templateId',
  permission: 'template.read',
  summary: 'One message template',
  answer: templateSchema,
  handle: async ({ found }) => describeTemplate(found.template),
});
