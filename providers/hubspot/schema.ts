import { z } from 'zod';

/** Both ways to authorise end in one bearer token. HubSpot's tokens grow with what they encode: up to 300 characters and more. */
export interface HubspotCredentials {
  accessToken: string;
}

/** The token of a private app, which a super admin copies. https://developers.hubspot.com/docs/apps/legacy-apps/private-apps/overview */
export const privateAppCredentials = z.strictObject({
  accessToken: z.string().regex(/^[\x21-\x7e]{8,1000}$/, 'Copy the private app’s access token without spaces or line breaks.'),
});

export const settingsSchema = z.strictObject({});
export type HubspotSettings = z.infer<typeof settingsSchema>;
