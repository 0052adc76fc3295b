import { describe, expect, it } from '@jest/globals';
import { noticeText } from '../../domain/notice.ts';
import {
  byCompany,
  judgeEpisodes,
  platformFindings,
  staleFinding,
  watchNotice,
  watchPolicy as policy,
  type Finding,
} from '../../domain/watch.ts';

const stale = (id: string, companyId = 'comp_1') =>
  staleFinding({
    id,
    companyId,
    label: `Label of ${id}`,
    providerKey: 'twilio',
    lastSuccessAt: new Date('2026-11-20T10:00:00Z'),
    freshWithinS: 1_800,
  });
const there = { temporalMissedMs: 0, workersMissedMs: 0, queues: [] };
const longMs = policy.missedMs + 1;

describe('The watch', () => {
  it.each([
    ['nothing while all is there', there, []],
    ['nothing about a restart', { ...there, temporalMissedMs: policy.missedMs }, []],
    ['Temporal, when it is away', { ...there, temporalMissedMs: longMs }, ['temporal']],
    ['the workers, when nobody serves a queue', { ...there, workersMissedMs: longMs, queues: ['sync'] }, ['workers']],
    [
      'Temporal alone, when nobody can be seen',
      { temporalMissedMs: longMs, workersMissedMs: longMs, queues: ['sync'] },
      ['temporal'],
    ],
    ['nothing about workers whom nobody can see now', { temporalMissedMs: 1, workersMissedMs: longMs, queues: ['sync'] }, []],
  ])('finds %s', (_, facts, subjects) => {
    expect(platformFindings(facts, policy).map(({ subject }) => subject)).toEqual(subjects);
  });

  it('begins what is new and ends what is over, and nothing twice', () => {
    const open = [{ subject: 'conn_a' }, { subject: 'conn_b' }];
    const { begun, over } = judgeEpisodes([stale('conn_b'), stale('conn_c')], open);
    expect([begun.map(({ subject }) => subject), over]).toEqual([['conn_c'], ['conn_a']]);
  });

  it('tells a company of all its connections at once', () => {
    const findings: Finding[] = [stale('conn_a'), stale('conn_b', 'comp_2'), stale('conn_c')];
    expect(byCompany(findings).map((group) => group.map(({ subject }) => subject))).toEqual([['conn_a', 'conn_c'], ['conn_b']]);
  });

  it('says what happened, to which connection, what happens next and what to do', () => {
    const at = new Date('2026-11-20T11:00:00Z');
    expect(noticeText(watchNotice([stale('conn_a')], at, 'https://here'))).toBe(
      'Linkwright: Label of conn_a: No update has arrived since 2026-11-20; the last good value is shown. A good run is expected within 30 minutes. Clients see the last good value, marked as stale. Look at the connection’s health for the reason; nothing is to be done when a run has succeeded meanwhile. https://here/v1/connections/conn_a',
    );
    const many = watchNotice(
      ['a', 'b', 'c', 'd', 'e'].map((id) => stale(id)),
      at,
      'https://here',
    );
    expect(many.happened).toBe('5 connections have not been updated in time: Label of a, Label of b, Label of c and 2 more.');
    const [platform] = platformFindings({ ...there, temporalMissedMs: longMs }, policy);
    expect(watchNotice([platform!], at, 'https://here')).toMatchObject({ kind: 'platform', link: 'https://here/readyz' });
  });
});
