import { createHmac } from 'node:crypto';
import type { Channel } from './channel.ts';
import { post, type PostOptions } from './post.ts';

/**
 * A company's own receiver. The id stays the same for every repetition, so that it can drop them.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const webhook = (options: PostOptions, now: () => Date = () => new Date()): Channel => ({
  key: 'webhook',
  repeats: 'same_id',
  async send({ means, notice, about }) {
    const { id, kind, subject, happened, next, todo, link } = notice;
    const at = now();
    const data = { ...about, kind, subject, happened, next, todo, link };
    const body = JSON.stringify({ type: 'linkwright.notice', timestamp: at.toISOString(), data });
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(secondsOf(at)),
      'webhook-signature': signatureOf({ id, at, body, secret: means.secret ?? '' }),
    };
    await post(options, { channel: 'webhook', url: means.to, body, headers });
    return { externalId: id };
  },
});

/** What a secret looks like: 24 to 64 bytes in base64 behind `whsec_`. */
export const webhookSecretForm = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;

interface Signed {
  id: string;
  at: Date;
  body: string;
  secret: string;
}

export function signatureOf({ id, at, body, secret }: Signed): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key)
    .update(`${id}.${secondsOf(at)}.${body}`)
    .digest('base64')}`;
}

const secondsOf = (at: Date) => Math.floor(at.getTime() / 1_000);
