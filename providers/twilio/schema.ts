import { z } from 'zod';

const sid = (prefix: string, what: string) =>
  z.string().regex(new RegExp(`^${prefix}[0-9a-fA-F]{32}$`), `The ${what} is ${prefix} followed by 32 hexadecimal characters.`);
const secret = (what: string) => z.string().regex(/^[\x21-\x7e]{1,128}$/, `Copy the ${what} without spaces or line breaks.`);

export const accountSidSchema = sid('AC', 'Account SID');
/** A message's id; `SM` for text, `MM` with media. https://www.twilio.com/docs/messaging/api/message-resource */
export const messageSidSchema = z.string().regex(/^(SM|MM)[0-9a-fA-F]{32}$/);

/**
 * What one connection needs. The auth token is asked for in both forms, because Twilio signs its webhooks with it whatever the
 * calls are made with (https://www.twilio.com/docs/usage/webhooks/webhooks-security), and because a standard API key may not read
 * the account (https://www.twilio.com/docs/iam/api-keys/keys-in-console).
 */
export interface TwilioCredentials {
  accountSid: string;
  authToken: string;
  apiKeySid?: string;
  apiKeySecret?: string;
}

const account = {
  accountSid: accountSidSchema.meta({
    title: 'Account SID',
    description: 'Begins with AC; on the start page of the Twilio Console.',
  }),
  authToken: secret('auth token').meta({ title: 'Auth token', description: 'Below the Account SID in the Twilio Console.' }),
};
export const authTokenCredentials = z.strictObject(account);

export const apiKeyCredentials = z.strictObject({
  ...account,
  apiKeySid: sid('SK', 'API key SID').meta({ title: 'API key SID', description: 'Begins with SK.' }),
  apiKeySecret: secret('API key secret').meta({
    title: 'API key secret',
    description: 'Twilio shows it once, when the key is made.',
  }),
});

/** Where the account's data is; credentials belong to one region. https://www.twilio.com/docs/global-infrastructure/understanding-twilio-regions */
export const settingsSchema = z.strictObject({
  region: z
    .enum(['us1', 'ie1'])
    .optional()
    .meta({ title: 'Region', description: 'Where the account’s data is: us1, the usual, or ie1 for Ireland.' }),
});
export type TwilioSettings = z.infer<typeof settingsSchema>;
