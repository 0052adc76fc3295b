import { defineProvider } from '../contract.ts';
import { messageMetrics } from '../../domain/metrics.ts';
import { check } from './check.ts';
import { classify, errorCatalogue, optedOutCodes } from './errors.ts';
import { asRecord, normalize } from './normalize.ts';
import {
  apiKeyCredentials,
  authTokenCredentials,
  settingsSchema,
  type TwilioCredentials,
  type TwilioSettings,
} from './schema.ts';
import { sendMessage } from './send.ts';
import { messages, usage } from './streams.ts';
import { webhook } from './webhook.ts';

export const twilio = defineProvider<TwilioCredentials, TwilioSettings>({
  key: 'twilio',
  label: 'Twilio',
  category: 'messaging',
  docsUrl: 'https://www.twilio.com/docs/messaging',
  baseUrl: 'https://api.twilio.com',
  hosts: ['*.twilio.com'],
  auth: [
    { kind: 'basic', label: 'Account SID and auth token', credentials: authTokenCredentials, secrets: ['authToken'] },
    { kind: 'api_key', label: 'API key', credentials: apiKeyCredentials, secrets: ['authToken', 'apiKeySecret'] },
  ],
  needs: [
    // https://www.twilio.com/docs/usage/tutorials/how-to-use-your-free-trial-account
    'A Twilio account. One on trial sends to numbers that were verified at Twilio, and to no others.',
    'A phone number at Twilio that sends and receives text messages.',
  ],
  settings: settingsSchema,
  check,
  streams: { messages, usage },
  webhook,
  normalize,
  asRecord,
  sendMessage,
  optedOutCodes,
  metrics: messageMetrics,
  classify,
  errorCatalogue,
});
