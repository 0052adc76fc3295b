import { z } from 'zod';

/** Both ways to authorise end in a session of one org; `instanceUrl` is where that org lives. */
export interface SalesforceCredentials {
  accessToken: string;
  instanceUrl: string;
}

/**
 * The company's own app (its consumer key), the user whom it acts for, and the private key whose certificate the app holds.
 * https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_jwt_flow.htm
 */
export const keyCredentials = z.strictObject({
  clientId: z
    .string()
    .regex(/^[\x21-\x7e]{8,512}$/, 'Copy the app’s consumer key without spaces or line breaks.')
    .meta({ title: 'Consumer key', description: 'Of your app in Salesforce, under its API settings.' }),
  subject: z
    .string()
    .regex(/^[^\s@]{1,80}@[^\s@]{1,80}$/, 'Enter the username of the user, for example sync@example.com.')
    .meta({ title: 'Username', description: 'Of the user whom the app acts for.' }),
  privateKey: z
    .string()
    .max(16_384)
    .regex(/^-----BEGIN PRIVATE KEY-----[\s\S]+-----END PRIVATE KEY-----\s*$/, 'Paste the private key as PKCS #8 in PEM.')
    .meta({ title: 'Private key', description: 'Whose certificate the app holds; it begins with BEGIN PRIVATE KEY.' }),
});

export const settingsSchema = z.strictObject({
  /** Fields of an opportunity beside those that are read anyway, by their API names: what a mapping may read from. */
  opportunityFields: z
    .array(z.string().regex(/^[A-Za-z]\w{0,79}$/, 'Is not the API name of a field, for example Region__c.'))
    .max(50)
    .default([])
    .meta({
      title: 'More fields of opportunities',
      description: 'API names that the mapping is to read, for example Region__c.',
    }),
});
export type SalesforceSettings = z.infer<typeof settingsSchema>;
