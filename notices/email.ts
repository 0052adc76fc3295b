import { createTransport } from 'nodemailer';
import { noticeTitle, type Notice } from '../domain/notice.ts';
import { NoticeFailure, type Channel } from './channel.ts';

export interface EmailOptions {
  /** `smtps://user:password@host:465`, or `smtp://…:587` with STARTTLS. The host is the operator's word. */
  url: string;
  from: string;
  timeoutMs: number;
}

/**
 * Through the platform's mail server. Never in the clear, but to this machine itself. The Message-ID stays the same for every
 * repetition, by which mail programs know a copy. https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4
 */
export function email({ url, from, timeoutMs }: EmailOptions): Channel {
  const { protocol, hostname } = new URL(url);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  const mailer = createTransport({
    url,
    requireTLS: protocol === 'smtp:' && !isHere,
    ignoreTLS: protocol === 'smtp:' && isHere,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  });
  const domain = from.slice(from.lastIndexOf('@') + 1).replace(/>$/, '');
  return {
    key: 'email',
    repeats: 'same_id',
    async send({ means, notice }) {
      const messageId = `<${notice.id}@${domain}>`;
      try {
        await mailer.sendMail({
          from,
          to: { name: '', address: means.to },
          subject: noticeTitle(notice),
          text: letterOf(notice),
          messageId,
          // No answering machine writes back. https://www.rfc-editor.org/rfc/rfc3834#section-5
          headers: { 'Auto-Submitted': 'auto-generated' },
          disableFileAccess: true,
          disableUrlAccess: true,
        });
      } catch (error) {
        throw failureOf(error);
      }
      return { externalId: messageId };
    },
  };
}

function letterOf({ happened, next, todo, link }: Notice): string {
  return `${[happened, next, todo].filter(Boolean).join('\n\n')}\n\nLook and answer: ${link}\n`;
}

/** https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1: 4yz may succeed later, 5yz will not. */
function failureOf(error: unknown): NoticeFailure {
  const { code = '', command = '', responseCode } = error as { code?: string; command?: string; responseCode?: number };
  if (code === 'EAUTH' || code === 'ENOAUTH')
    return new NoticeFailure({
      code: 'credentials_rejected',
      sentence: 'The mail server rejected the platform’s login: set SMTP_URL anew.',
      effect: 'none',
    });
  if (code === 'ETLS' || code === 'EREQUIRETLS')
    return new NoticeFailure({
      code: 'configuration_invalid',
      sentence: 'The mail server speaks no TLS, and nothing is sent in the clear: use another port or server in SMTP_URL.',
      effect: 'none',
    });
  if (responseCode !== undefined && responseCode >= 500)
    return new NoticeFailure({
      code: 'configuration_invalid',
      sentence: `The mail server refused the notice (${responseCode}): look at the person’s e-mail address and at the sender’s.`,
      effect: 'none',
    });
  if (responseCode !== undefined)
    return new NoticeFailure({
      code: 'provider_unavailable',
      sentence: `The mail server cannot take the notice now (${responseCode}).`,
      effect: 'none',
    });
  // Once the text is under way, a connection that breaks leaves it open whether the server took it.
  return new NoticeFailure({
    code: 'provider_unavailable',
    sentence: 'The mail server did not answer.',
    effect: command === 'DATA' || command === 'API' ? 'unknown' : 'none',
  });
}
