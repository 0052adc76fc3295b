/** What a central company sees of its franchises together: one value for each metric, and how complete it is. Computed when read. */
import { isStale, type Card } from './card.ts';
import { stateWords, type ConnectionState } from './connection-state.ts';
import { sumOf } from './decimal.ts';
import { metricPeriods, unitOf, type MetricDefinition } from './metric-definition.ts';

/** What one connection tells of one metric. */
export interface Feed {
  /** Whose values are in it: its owner's, or those of the companies that feed it. */
  companyIds: string[];
  state: ConnectionState;
  lastSuccessAt: string | null;
  freshWithinS: number;
  /** `null` until it has brought one; its `value` is when there was nothing to take a rate or a median of. */
  value: { value: string | null; at: string; enteredByPerson: boolean } | null;
}

export interface RollUpFacts {
  metric: MetricDefinition;
  /** The company and everything under it. */
  companies: { id: string; name: string; parentCompanyId: string | null }[];
  feeds: Feed[];
  now: string;
}

export interface RollUp {
  title: string;
  unit: string;
  period: string;
  /** The sum of all that is fresh; `null` when nothing is, or when the metric does not add up. */
  value: string | null;
  /** `YYYY-MM-DD` of the oldest value in the sum. */
  asOf: string | null;
  /** Companies that report, of those that should: all that feed it is fresh. */
  reporting: number;
  total: number;
  /** How many of the values a person entered. */
  enteredByPerson: number;
  /** For example "7 of 8 reporting, as of 2026-11-20." */
  sentence: string;
  missing: { companyId: string; name: string; lastSuccessAt: string | null; sentence: string }[];
}

export function rollUp({ metric, companies, feeds, now }: RollUpFacts): RollUp {
  const late = new Map<string, Feed>();
  const fed = new Set<string>();
  const values: NonNullable<Feed['value']>[] = [];
  for (const feed of feeds) {
    const value = freshValue(feed, now);
    if (value) values.push(value);
    for (const id of feed.companyIds) {
      fed.add(id);
      if (!value) late.set(id, feed);
    }
  }
  // A region that only groups its franchises has nothing of its own to report.
  const parents = new Set(companies.map(({ parentCompanyId }) => parentCompanyId));
  const expected = companies.filter(({ id }) => fed.has(id) || !parents.has(id));
  const missing = expected
    .filter(({ id }) => late.has(id) || !fed.has(id))
    .map(({ id, name }) => {
      const feed = late.get(id);
      return { companyId: id, name, lastSuccessAt: feed?.lastSuccessAt ?? null, sentence: whyMissing(feed) };
    });

  const total = expected.length;
  const reporting = total - missing.length;
  const asOf =
    values.length > 0
      ? values
          .map(({ at }) => at)
          .toSorted()[0]!
          .slice(0, 10)
      : null;
  const byHand = values.filter(({ enteredByPerson }) => enteredByPerson).length;
  const whyNotSummed = metric.rollUp.how === 'sum' ? null : metric.rollUp.reason;
  const value = whyNotSummed === null && values.length > 0 ? sumOf(values.map((each) => each.value ?? '0')) : null;
  return {
    title: metric.title,
    unit: unitOf(metric, value),
    period: metricPeriods[metric.period].label,
    value,
    asOf,
    reporting,
    total,
    enteredByPerson: byHand,
    sentence: `${reporting} of ${total} reporting${asOf ? `, as of ${asOf}` : ''}.${byHandSentence(byHand)}${whyNotSummed === null ? '' : ` ${whyNotSummed}`}`,
    missing,
  };
}

function byHandSentence(count: number): string {
  if (count === 0) return '';
  return count === 1 ? ' A person entered 1 of the values.' : ` People entered ${count} of the values.`;
}

/** A value by hand stands for its connection while that cannot deliver; its own date tells how old it is. */
function freshValue(feed: Feed, now: string): Feed['value'] {
  if (feed.value?.enteredByPerson) return feed.value;
  return feed.state === 'onboarding' || isStale({ ...feed, now }) ? null : feed.value;
}

function whyMissing(feed: Feed | undefined): string {
  if (!feed) return 'Nothing feeds it: connect its own account, or give it a franchise key on the central connection.';
  if (feed.state === 'onboarding') return `Its connection is being set up. ${stateWords.onboarding.nextAction}`;
  const since = `No update has arrived since ${feed.lastSuccessAt?.slice(0, 10) ?? 'the start'}.`;
  return `${since} ${feed.state === 'active' ? 'Sync now, and look at the connection’s health.' : stateWords[feed.state].nextAction}`;
}

/** For the portal of the central company: sums and how complete they are, and no franchise's name. */
export function buildRollUpCard({ title, unit, period, value, asOf, reporting, total, sentence, ...rolled }: RollUp): Card {
  const isComplete = reporting === total;
  return {
    title: `${title}, all companies`,
    sourceLabel: total === 1 ? 'One company' : `${total} companies`,
    period,
    unit,
    baseline: null,
    current: value !== null && asOf !== null ? { value, date: asOf } : null,
    status: isComplete ? 'current' : 'incomplete',
    statusSentence: sentence,
    nextAction: isComplete ? 'Nothing for you to do.' : 'Ask who does not report yet.',
    enteredByPerson: rolled.enteredByPerson > 0,
  };
}
