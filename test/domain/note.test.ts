import { describe, expect, it } from '@jest/globals';
import { activitySentence } from '../../domain/client-activity.ts';
import { checkNote, type NoteFacts } from '../../domain/note.ts';

const note: NoteFacts = {
  body: 'Five deals were won.',
  sourceLabel: 'HubSpot',
  from: '2026-11-16',
  until: '2026-11-22',
  activityId: '7',
  automationRunId: null,
};

describe('a note', () => {
  it.each<[string, Partial<NoteFacts>, string]>([
    ['of 281 characters', { body: 'é'.repeat(281) }, 'it is longer than 280 characters'],
    ['that says nothing', { body: ' ' }, 'it says nothing'],
    ['without a source', { sourceLabel: '' }, 'it has no source'],
    ['without days', { from: '' }, 'it has no first or no last day'],
    ['that ends before it begins', { until: '2026-11-15' }, 'its last day lies before its first'],
    ['without a business action', { activityId: null }, 'it points at no business action, or at two'],
    ['with two business actions', { automationRunId: 'auto_1' }, 'it points at no business action, or at two'],
  ])('%s is refused', (_what, changes, fault) => {
    expect(checkNote({ ...note, ...changes })).toEqual([fault]);
  });

  it('of 280 characters with source, days and a business action is taken', () => {
    expect(checkNote({ ...note, body: 'é'.repeat(280) })).toEqual([]);
    expect(checkNote({ ...note, activityId: null, automationRunId: 'auto_1' })).toEqual([]);
  });
});

it('tells a day in the client’s words, and nothing of a day on which nothing happened', () => {
  expect(activitySentence('deals_won', '1', '2026-11-20')).toBe('1 deal was won on 2026-11-20.');
  expect(activitySentence('messages_delivered', '12', '2026-11-20')).toBe(
    '12 text messages reached your customers on 2026-11-20.',
  );
  expect(activitySentence('deals_won', '0', '2026-11-20')).toBeNull();
  expect(activitySentence('win_rate', '50', '2026-11-20')).toBeNull();
});
