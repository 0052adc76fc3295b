import { z } from 'zod';
import { checkTemplate } from '../../../domain/message-template.ts';
import { smsSize } from '../../../domain/sms.ts';
import type { MessageTemplate } from '../../../db/app/stores/templates.ts';
import { invalid } from '../../errors.ts';
import { moment } from '../../schemas.ts';

export const templateInput = {
  body: z.string().min(1).max(1_600).meta({ description: 'With {{name}} placeholders.' }),
  variables: z
    .array(z.string().regex(/^[a-zA-Z][a-zA-Z0-9_]{0,59}$/, 'Must be a name of letters, digits and underscores.'))
    .max(50),
};

export const sizeSchema = z
  .object({ encoding: z.enum(['GSM-7', 'UCS-2']), characters: z.number(), segments: z.number() })
  .meta({ id: 'SmsSize' });

export const templateSchema = z
  .object({
    id: z.string(),
    companyId: z.string(),
    name: z.string(),
    channel: z.literal('sms'),
    ...templateInput,
    version: z.number(),
    createdAt: moment,
    updatedAt: moment,
    size: sizeSchema.meta({ description: 'Of the body as it stands, before its variables are filled.' }),
  })
  .meta({ id: 'Template' });

export const describeTemplate = (template: MessageTemplate): z.input<typeof templateSchema> => ({
  ...template,
  size: smsSize(template.body),
});

/** Every placeholder is declared, and every declared variable is used; 400 with the name of each that is not. */
export function requireSound({ body, variables }: { body: string; variables: string[] }): void {
  const wrong = checkTemplate(body, variables);
  if (wrong.length > 0) throw invalid(wrong.map((message) => ({ path: 'variables', message })));
}
