import { z } from 'zod';
import type { NoticeChannel } from '../../../domain/notice.ts';
import type { ShownSettings } from '../../../db/app/stores/notice-settings.ts';
import { webhookSecretForm } from '../../../notices/webhook.ts';
import { moment } from '../../schemas.ts';
import { timeZone } from '../companies/schema.ts';
import { localTime } from '../duty/schema.ts';

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/; GovSlack has a host of its own. */
const slackHosts = ['hooks.slack.com', 'hooks.slack-gov.com'];
/** Workflows are reached at Power Automate. https://learn.microsoft.com/en-us/power-automate/limits-and-config#ip-address-configuration */
const teamsHosts = ['.logic.azure.com', '.api.powerplatform.com', '.api.powerautomate.com'];

const address = (isFit: (host: string) => boolean, message: string) =>
  z
    .url({ protocol: /^https$/, error: 'Must be an https:// address.' })
    .max(2_000)
    .refine((url) => URL.canParse(url) && isFit(new URL(url).hostname), message)
    .optional()
    .meta({ description: 'Write-only: it is a secret. Left out, the one that was entered before stays.' });

const channel = z.discriminatedUnion('channel', [
  z.strictObject({ channel: z.literal('sms') }),
  z.strictObject({ channel: z.literal('email') }),
  z.strictObject({
    channel: z.literal('slack'),
    url: address((host) => slackHosts.includes(host), 'Must be the address of an incoming webhook of Slack.'),
  }),
  z.strictObject({
    channel: z.literal('teams'),
    url: address((host) => teamsHosts.some((end) => host.endsWith(end)), 'Must be the address of a Workflow of Teams.'),
  }),
  z.strictObject({
    channel: z.literal('webhook'),
    url: address(() => true, ''),
    secret: z
      .string()
      .regex(webhookSecretForm, 'Must be whsec_ and 24 to 64 bytes in base64.')
      .optional()
      .meta({ description: 'Signs what is sent, as Standard Webhooks do. Write-only; goes with the address.' }),
  }),
]);
export type GivenChannel = z.output<typeof channel>;

const quietHours = z.strictObject({ from: localTime, to: localTime });

export const noticesBody = z.strictObject({
  timeZone: timeZone.meta({ description: 'Of the quiet hours: an IANA name.' }),
  quietHours: quietHours.nullable().meta({ description: 'When only urgent incidents are told.' }),
  channels: z
    .array(channel)
    .min(1)
    .max(5)
    .refine((channels) => new Set(channels.map((each) => each.channel)).size === channels.length, 'Each channel once.')
    .meta({ description: 'In the order in which they are tried.' }),
});

export const noticesSchema = z
  .object({
    timeZone: z.string(),
    quietHours: quietHours.nullable(),
    channels: z.array(
      z.object({
        channel: z.string(),
        host: z.string().nullable().meta({ description: 'Of its address; the rest of it is a secret.' }),
      }),
    ),
    textsStoppedAt: moment.nullable().meta({ description: 'Since when the person gets no SMS: they answered STOP.' }),
  })
  .meta({ id: 'NoticeSettings' });

const usual: ShownSettings = {
  timeZone: 'UTC',
  quietHours: null,
  channels: (['sms', 'email'] satisfies NoticeChannel[]).map((each) => ({ channel: each, host: null })),
  textsStoppedAt: null,
};

/** Whoever has chosen nothing is told by SMS, then by e-mail. */
export const describeNotices = (settings: ShownSettings | null): z.input<typeof noticesSchema> =>
  settings && settings.channels.length === 0 ? { ...settings, channels: usual.channels } : (settings ?? usual);
