import type { MetricDefinition } from './metric-definition.ts';

const counted = { jump: { times: 50, from: 100 }, drop: { times: 100, from: 1_000 } };

/** What text messages tell. */
export const messageMetricDefinitions = [
  {
    key: 'messages_delivered',
    title: 'Text messages delivered',
    source: 'message',
    period: 'last_30_days',
    unit: 'messages',
    clientMeaning: 'Text messages that reached your customers’ phones.',
    rule: { how: 'count', where: ['outbound', 'delivered'], each: 'row' },
    acts: [],
    plausible: counted,
    rollUp: { how: 'sum' },
    share: { how: 'own_rows' },
  },
  {
    key: 'messages_received',
    title: 'Text messages received',
    source: 'message',
    period: 'last_30_days',
    unit: 'messages',
    clientMeaning: 'Text messages your customers sent to you.',
    rule: { how: 'count', where: ['inbound'], each: 'row' },
    acts: [],
    plausible: counted,
    rollUp: { how: 'sum' },
    share: { how: 'own_rows' },
  },
  {
    key: 'delivery_rate',
    title: 'Delivery rate of text messages',
    source: 'message',
    period: 'last_30_days',
    unit: '%',
    clientMeaning: 'Of the text messages whose fate is known, how many reached a phone.',
    rule: { how: 'percentage', where: ['outbound', 'ended'], numerator: ['delivered'], each: 'row' },
    acts: [{ makes: 'incident', when: 'fell', against: 'baseline', percent: 20, from: 1 }],
    plausible: { range: [0, 100] },
    rollUp: { how: 'left_out', reason: 'A rate of several companies is not the sum of theirs.' },
    share: { how: 'own_rows' },
  },
  {
    key: 'opt_outs',
    title: 'Customers who opted out',
    source: 'opt_out',
    period: 'last_30_days',
    unit: 'customers',
    clientMeaning: 'Customers who asked for no more text messages, and did not take it back.',
    rule: { how: 'count', where: ['out'], each: 'row' },
    acts: [{ makes: 'admin_task', when: 'rose', against: 'previous', percent: 100, from: 5 }],
    plausible: { jump: { times: 50, from: 100 } },
    rollUp: { how: 'sum' },
    share: { how: 'left_out', reason: 'Who opts out does so for the whole account, not for one company of it.' },
  },
] as const satisfies MetricDefinition[];
