/** What people are told about a connection, and over what. No personal data, no payload: a notice passes through other people's systems. */
export const noticeChannels = ['sms', 'slack', 'teams', 'webhook', 'email'] as const;
export type NoticeChannel = (typeof noticeChannels)[number];

/** `opened`: an incident. `over`: it has recovered, or was settled. `flapping`: it comes and goes. The others: what a pause is about to do, or did. */
export const noticeKinds = ['opened', 'over', 'flapping', 'pause_ahead', 'paused'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** How often one round of notices is tried, within half a minute: the next person waits for it. */
export const noticeAttemptsMax = 4;

export interface Notice {
  /** The same for every repetition of one notice to one person, so that a receiver can drop repeats. */
  id: string;
  kind: NoticeKind | 'stale' | 'platform';
  /** The connection's label. */
  subject: string;
  happened: string;
  next: string;
  todo: string;
  /** Where it is answered. */
  link: string;
  /** What an SMS is answered with: `ACK 4F7K2M`; `null` when there is nothing to answer. */
  reply: string | null;
}

/** One way to reach a person: a phone number in E.164, an e-mail address, or a webhook's address with the secret that signs it. */
export interface NoticeMeans {
  channel: NoticeChannel;
  to: string;
  secret?: string;
}

export const channelLabels: Record<NoticeChannel, string> = {
  sms: 'SMS',
  slack: 'Slack',
  teams: 'Teams',
  webhook: 'webhook',
  email: 'e-mail',
};

export const noticeTitle = ({ subject }: Pick<Notice, 'subject'>): string => `Linkwright: ${subject}`;

/** The whole notice in one line, as an SMS has it. Its link names the incident, so it can be found again by its text. */
export function noticeText({ happened, next, todo, link, reply }: Notice): string {
  const answer = reply ? ` Reply ${reply}, or answer here: ${link}` : ` ${link}`;
  return `Linkwright: ${[happened, next, todo].filter(Boolean).join(' ')}${answer}`;
}
