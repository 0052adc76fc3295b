import { noticeTitle, type Notice } from '../domain/notice.ts';
import type { Channel } from './channel.ts';
import { post, type PostOptions } from './post.ts';

/**
 * By the address of a Workflow ("When a Teams webhook request is received"), which takes Adaptive Cards alone. It answers 202 before
 * the card is posted, and has no key against repeats. https://learn.microsoft.com/en-us/connectors/teams/#microsoft-teams-webhook
 */
export const teams = (options: PostOptions): Channel => ({
  key: 'teams',
  repeats: 'never',
  async send({ means, notice }) {
    await post(options, { channel: 'teams', url: means.to, body: JSON.stringify(teamsMessage(notice)) });
    return { externalId: null };
  },
});

/** https://adaptivecards.io/explorer/; Teams shows version 1.4 everywhere. */
export function teamsMessage(notice: Notice) {
  const { happened, next, todo, link } = notice;
  const block = (text: string, further: object = {}) => ({ type: 'TextBlock', text, wrap: true, ...further });
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            block(noticeTitle(notice), { weight: 'Bolder', size: 'Medium' }),
            block(happened),
            ...[next, todo].filter(Boolean).map((text) => block(text)),
          ],
          actions: [{ type: 'Action.OpenUrl', title: 'Look and answer', url: link }],
        },
      },
    ],
  };
}
