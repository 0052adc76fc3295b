import type { Notice, NoticeChannel, NoticeMeans } from '../domain/notice.ts';
import { NoticeFailure, type About, type Notices } from './channel.ts';

/** Over which channel a person was told, and why not over those that come before it. */
export interface Reached {
  told: NoticeChannel | null;
  failures: { channel: NoticeChannel; sentence: string }[];
}

/**
 * Tells one person over the first of their means that works. For notices that no row stands for: an incident's are claimed before they
 * go out (`activities/tell.ts`).
 */
export async function reach(notices: Notices, means: NoticeMeans[], notice: Notice, about: About): Promise<Reached> {
  const failures: Reached['failures'] = [];
  for (const each of means) {
    const channel = notices[each.channel];
    if (!channel) continue;
    try {
      await channel.send({ means: each, notice, about, earlier: null });
      return { told: each.channel, failures };
    } catch (error) {
      if (!(error instanceof NoticeFailure)) throw error;
      failures.push({ channel: each.channel, sentence: error.message });
    }
  }
  return { told: null, failures };
}
