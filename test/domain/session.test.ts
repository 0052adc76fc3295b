import { describe, expect, it } from '@jest/globals';
import { judgeSession, sessionTimes, type SessionFacts, type SessionVerdict } from '../../domain/session.ts';

const { idleMs, wholeMs, rotateAfterMs, graceMs, lostAfterMs } = sessionTimes;
const facts: SessionFacts = { createdMs: 60_000, lastSeenMs: 1_000, rotatedMs: 60_000, confirmedMs: 60_000, shows: 'current' };

describe('A browser’s session', () => {
  it.each<[string, Partial<SessionFacts>, SessionVerdict]>([
    ['in use', {}, 'good'],
    ['whose cookie is as old as it may be', { rotatedMs: rotateAfterMs }, 'rotate'],
    ['that nobody used for long', { lastSeenMs: idleMs }, 'over'],
    ['that has lasted as long as one may', { createdMs: wholeMs }, 'over'],
    ['with a request that was on its way with the cookie of before', { shows: 'previous', confirmedMs: graceMs - 1 }, 'good'],
    ['with a cookie of before that was shown long after the new one', { shows: 'previous', confirmedMs: graceMs }, 'stolen'],
    ['whose new cookie may still be on its way', { shows: 'previous', confirmedMs: null, rotatedMs: lostAfterMs - 1 }, 'good'],
    ['whose new cookie was lost', { shows: 'previous', confirmedMs: null, rotatedMs: lostAfterMs }, 'rotate'],
    ['that is over is over with a cookie of before too', { shows: 'previous', lastSeenMs: idleMs }, 'over'],
  ])('%s', (_, changes, verdict) => {
    expect(judgeSession({ ...facts, ...changes })).toBe(verdict);
  });
});
