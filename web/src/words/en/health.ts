import { count } from './count.ts';

const percent = (share: number | null) => (share === null ? '–' : `${Math.floor(share * 1_000) / 10} %`);

export const health = {
  title: 'Health',
  tabs: { connections: 'Connections', providers: 'Providers', anomalies: 'Anomalies', companies: 'All companies' },
  empty: 'Nothing to watch yet',
  emptyMore: 'Once something is connected, it says here how it is.',
  list: 'Connections and how they are',
  verdicts: { healthy: 'Healthy', at_risk: 'At risk', failing: 'Failing', idle: 'Nothing expected' },
  lag: 'Last good run',
  never: 'Never',
  runs: 'Runs within a day',
  ran: (succeeded: number, failed: number) =>
    succeeded + failed === 0
      ? 'None ended'
      : `${percent(succeeded / (succeeded + failed))} succeeded (${succeeded} of ${succeeded + failed})`,
  latency: 'Provider answered in',
  ms: (ms: number) => `${ms} ms`,
  queue: 'Failed work',
  queued: (open: number, dead: number) =>
    open === 0 ? 'None' : dead === 0 ? `${open} open` : `${open} open, ${count(dead, 'needs a person', 'need a person')}`,
  events: 'Events wait since',
  headroom: 'Left of the limit',
  reasons: 'Why',
  todo: 'What to do',
  percent,
  period: 'Period',
  days: (days: number) => count(days, 'day'),
  providers: {
    empty: 'Nothing ran in these days',
    emptyMore: 'Choose a longer period.',
    table: 'How runs, checks and records went, by provider',
    provider: 'Provider',
    all: 'All providers',
    runs: 'Runs',
    checks: 'Checks',
    records: 'Records',
    outages: 'Outages',
    daily: 'Runs by day',
    of: (ok: number, failed: number) => `${ok} of ${ok + failed}`,
    failed: (share: number | null) => `${percent(share)} failed`,
    chart: (provider: string, days: { day: string; share: number | null }[]) =>
      `${provider}, share of good runs by day: ${
        days
          .filter(({ share }) => share !== null)
          .map(({ day, share }) => `${day} ${percent(share)}`)
          .join(', ') || 'no run'
      }`,
    hint: 'A check is a run or a cheap call of its own. An outage is a time in which the provider was so much away that it was not asked.',
  },
  anomalies: {
    list: 'What was unusual',
    open: 'Lasting',
    all: 'All',
    empty: 'Nothing unusual lasts',
    emptyMore: 'When durations, counts or failures are not as they usually are at that hour, it says so here.',
    first: 'Since',
    last: 'Last seen',
    repeats: (times: number) => (times === 1 ? 'once' : `${times} times`),
    measures: {
      run_duration: 'Duration of runs',
      records_changed: 'Changed records',
      records_read: 'Records read',
      failed_share: 'Share of failed records',
      events_hourly: 'Webhooks in an hour',
    },
    ended: {
      usual_again: 'As usual again',
      adopted: 'Taken for the usual, because nobody decided',
      dismissed: 'Ended, because somebody said that it is normal',
      disconnected: 'Ended with the connection',
    },
    confirmed: 'Somebody said that it is trouble',
    dismissed: 'Somebody said that it is normal',
    confirm: 'It is trouble',
    dismiss: 'It is normal',
    confirmHint: 'Its values never count as usual.',
    dismissHint: 'The like is expected from now on, and nobody is told of it.',
    reason: 'Why',
    sayIt: 'Say it in a few words.',
    decided: 'Kept.',
    toConnection: 'To the connection',
    cancel: 'Cancel',
  },
  companies: {
    empty: 'Nothing is counted yet',
    emptyMore: 'Once a connection feeds a metric, it is added up here with those of the franchises.',
    complete: 'Complete',
    missing: (many: number) => count(many, 'company does not report', 'companies do not report'),
    reporting: (reporting: number, total: number) => `${reporting} of ${count(total, 'company reports', 'companies report')}`,
    noValue: 'There is no sum now.',
  },
};
