import type { MetricDefinition } from './metric-definition.ts';

const isRate = { how: 'left_out', reason: 'A rate of several companies is not the sum of theirs.' } as const;
const isMedian = { how: 'left_out', reason: 'A median of several companies is not the sum of theirs.' } as const;
const isMoney = { how: 'left_out', reason: 'The companies may count in different currencies.' } as const;
/** Counts of a CRM: whole pipelines are imported at once, but seldom vanish. */
const counted = { jump: { times: 50, from: 100 }, drop: { times: 100, from: 1_000 } };
const percent = { range: [0, 100] as [number, number] };
const own = { how: 'own_rows' } as const;

/** What deals and their steps tell, whatever the CRM. What a stage means, the connection's `pipeline_stages` say. */
export const dealMetricDefinitions = [
  {
    key: 'deals_moved_forward',
    title: 'Deals moved forward',
    source: 'movement',
    period: 'last_30_days',
    unit: 'deals',
    unitOfOne: 'deal',
    clientMeaning: 'Deals that moved on to a later stage of your pipeline, or were won.',
    rule: { how: 'count', where: ['forward'], each: 'deal' },
    acts: [],
    plausible: counted,
    rollUp: { how: 'sum' },
    share: own,
  },
  {
    key: 'deals_won',
    title: 'Deals won',
    source: 'movement',
    period: 'last_30_days',
    unit: 'deals',
    unitOfOne: 'deal',
    clientMeaning: 'Deals that were won and stayed won.',
    rule: { how: 'count', where: ['into_won', 'held'], each: 'deal' },
    acts: [{ makes: 'note', when: 'reached', from: 1 }],
    plausible: counted,
    rollUp: { how: 'sum' },
    share: own,
  },
  {
    key: 'deals_won_value',
    title: 'Value of deals won',
    source: 'movement',
    period: 'last_30_days',
    unit: 'in the account’s own currency',
    clientMeaning: 'What the deals that were won are worth together, in the currency that most of your deals have.',
    rule: { how: 'sum_amount', where: ['into_won', 'held'] },
    acts: [],
    plausible: { jump: { times: 100, from: 1_000 }, drop: { times: 100, from: 100_000 } },
    rollUp: isMoney,
    share: own,
  },
  {
    key: 'median_days_in_stage',
    title: 'Days in a stage, typically',
    source: 'movement',
    period: 'last_30_days',
    unit: 'days',
    unitOfOne: 'day',
    clientMeaning: 'Half of the stages that your deals left took them less time than this, half took more.',
    rule: { how: 'median_days_in_stage', where: ['left_open'] },
    acts: [{ makes: 'admin_task', when: 'rose', against: 'baseline', percent: 50, from: 1 }],
    plausible: { jump: { times: 50, from: 1 } },
    rollUp: isMedian,
    share: own,
  },
  {
    key: 'win_rate',
    title: 'Win rate',
    source: 'movement',
    period: 'last_30_days',
    unit: '%',
    clientMeaning: 'Of the deals that were decided, how many were won.',
    rule: { how: 'percentage', where: ['closed', 'held'], numerator: ['into_won'], each: 'deal' },
    acts: [{ makes: 'admin_task', when: 'fell', against: 'baseline', percent: 30, from: 1 }],
    plausible: percent,
    rollUp: isRate,
    share: own,
  },
  {
    key: 'deals_stalled',
    title: 'Deals standing still',
    source: 'deal',
    period: 'today',
    unit: 'deals',
    unitOfOne: 'deal',
    clientMeaning: 'Open deals that have not changed their stage for 14 days.',
    rule: { how: 'count', where: ['open', 'stalled'], each: 'row' },
    acts: [{ makes: 'admin_task', when: 'rose', against: 'baseline', percent: 50, from: 5 }],
    plausible: counted,
    rollUp: { how: 'sum' },
    share: own,
  },
] as const satisfies MetricDefinition[];
