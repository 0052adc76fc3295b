import { noticeTitle, type Notice } from '../domain/notice.ts';
import type { Channel } from './channel.ts';
import { post, type PostOptions } from './post.ts';

/**
 * By the address of an incoming webhook, which posts into the one channel that it was made for. Slack has no key against repeats.
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/
 */
export const slack = (options: PostOptions): Channel => ({
  key: 'slack',
  repeats: 'never',
  async send({ means, notice }) {
    await post(options, { channel: 'slack', url: means.to, body: JSON.stringify(slackMessage(notice)) });
    return { externalId: null };
  },
});

/** `text` is what stands in the notification; blocks are what is read. https://docs.slack.dev/block-kit/ */
export function slackMessage(notice: Notice) {
  const { happened, next, todo, link } = notice;
  const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text: text.slice(0, 3_000) } });
  return {
    text: escaped(`${noticeTitle(notice)}: ${happened}`),
    blocks: [
      section(`*${escaped(noticeTitle(notice))}*\n${escaped(happened)}`),
      section(escaped([next, todo].filter(Boolean).join('\n'))),
      section(`<${link}|Look and answer>`),
    ],
  };
}

/** The three letters with a meaning of their own. https://docs.slack.dev/messaging/formatting-message-text/#escaping */
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
