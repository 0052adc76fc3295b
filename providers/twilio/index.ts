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
    // https://www.twilio.com/docs/api/errors/21608
    'A Twilio account that is upgraded and has an approved primary compliance profile: until then it sends to numbers that were verified at Twilio, and to no others.',
    // Numbers that were only verified do not send. https://www.twilio.com/docs/api/errors/21601
    'A phone number bought at Twilio that sends and receives text messages.',
    // https://www.twilio.com/docs/trust-hub/registrations/a2p-10dlc-campaign
    // https://www.twilio.com/docs/messaging/compliance/toll-free/api-onboarding
    'For texts to the United States: an A2P campaign that the number is registered for, or, for a toll-free number, its verification, which Canada asks for too.',
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
