import { z } from 'zod';
import { placeholdersOf, renderTemplate } from '../../../domain/message-template.ts';
import { smsSize } from '../../../domain/sms.ts';
import { route } from '../../route.ts';
import { sizeSchema, templateInput } from './schema.ts';

export const previewTemplate = route({
  method: 'post',
  path: '/companies/:companyId/templates/preview',
  permission: 'template.read',
  summary:
    'What a template would be that is still being written: its variables, its text filled with examples, and the segments of both',
  body: z.strictObject({
    body: templateInput.body,
    values: z
      .record(z.string().max(60), z.string().max(1_000))
      .default({})
      .meta({ description: 'Examples by variable. One without an example stays as it is written.' }),
  }),
  reads: true,
  answer: z
    .object({
      variables: z.array(z.string()),
      size: sizeSchema,
      filled: z.object({ text: z.string(), size: sizeSchema }),
    })
    .meta({ id: 'TemplatePreview' }),
  handle({ body: { body, values } }) {
    const variables = placeholdersOf(body);
    const shown = variables.map((name) => [name, values[name]?.trim() ? values[name] : `{{${name}}}`]);
    const rendered = renderTemplate(body, variables, Object.fromEntries(shown));
    const text = 'text' in rendered ? rendered.text : body;
    return Promise.resolve({ variables, size: smsSize(body), filled: { text, size: smsSize(text) } });
  },
});
