import { z } from 'zod';

/**
 * A person's consent ends in `accessToken` and the company's own host; a person's own token is `apiToken`. Pipedrive signs no webhook, it sends the user and the
 * password that were given when the webhook was made. https://pipedrive.readme.io/docs/guide-for-webhooks-v2
 */
export interface PipedriveCredentials {
  accessToken?: string;
  instanceUrl?: string;
  apiToken?: string;
  webhookUser?: string | undefined;
  webhookPassword?: string | undefined;
}

const webhookField = z
  .string()
  .regex(/^[\x21-\x7e]{8,200}$/, 'Take 8 to 200 characters without spaces, and give the webhook the same at Pipedrive.')
  // A user's name ends at the first colon. https://www.rfc-editor.org/rfc/rfc7617#section-2
  .regex(/^[^:]*$/, 'Take no colon.');

/** Each user has one token in each company. https://pipedrive.readme.io/docs/how-to-find-the-api-token */
export const apiTokenCredentials = z.strictObject({
  apiToken: z
    .string()
    .regex(/^[\x21-\x7e]{8,200}$/, 'Copy the API token without spaces or line breaks.')
    .meta({ title: 'API token', description: 'In Pipedrive under Personal preferences, API.' }),
  webhookUser: webhookField
    .optional()
    .meta({ title: 'Webhook user', description: 'A name that you make up and give to the webhook at Pipedrive too.' }),
  webhookPassword: webhookField.optional().meta({ title: 'Webhook password', description: 'The same, for its password.' }),
});

export const settingsSchema = z.strictObject({});
export type PipedriveSettings = z.infer<typeof settingsSchema>;
