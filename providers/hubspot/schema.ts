import { z } from 'zod';

/** Both ways to authorise end in one bearer token. HubSpot's tokens grow with what they encode: up to 300 characters and more. */
export interface HubspotCredentials {
  accessToken: string;
  /** Of the app that webhooks come from. */
  clientSecret?: string | undefined;
}

/** The token of a private app, which a super admin copies. https://developers.hubspot.com/docs/apps/legacy-apps/private-apps/overview */
export const privateAppCredentials = z.strictObject({
  accessToken: z
    .string()
    .regex(/^[\x21-\x7e]{8,1000}$/, 'Copy the private app’s access token without spaces or line breaks.')
    .meta({ title: 'Access token', description: 'Of the private app, under Auth.' }),
  /** Webhooks of a private app are signed with it. https://developers.hubspot.com/docs/apps/legacy-apps/private-apps/create-and-edit-webhook-subscriptions-in-private-apps */
  clientSecret: z
    .string()
    .regex(/^[\x21-\x7e]{8,200}$/, 'Copy the private app’s client secret without spaces or line breaks.')
    .optional()
    .meta({ title: 'Client secret', description: 'Of the same app; without it no webhooks are taken.' }),
});

/** HubSpot gives only the properties that are named. https://developers.hubspot.com/docs/api-reference/2026-03/crm/search-the-crm */
const propertyNames = z
  .array(z.string().regex(/^[a-z][a-z0-9_]{0,99}$/, 'Give the property’s internal name, for example lead_source.'))
  .max(50)
  .optional();

export const settingsSchema = z.strictObject({
  /** The account's own properties that are read beside the usual ones, for the mapping. */
  dealProperties: propertyNames.meta({
    title: 'More properties of deals',
    description: 'Internal names of your own properties that the mapping is to read, for example lead_source.',
  }),
  contactProperties: propertyNames.meta({ title: 'More properties of contacts', description: 'The same for contacts.' }),
});
export type HubspotSettings = z.infer<typeof settingsSchema>;
