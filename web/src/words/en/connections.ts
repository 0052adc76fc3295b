import { count } from './count.ts';

export const connections = {
  title: 'Connections',
  connection: 'Connection',
  filters: 'Find connections',
  search: 'Search by name or provider',
  searching: 'Searching …',
  state: 'State',
  anyState: 'Any state',
  provider: 'Provider',
  anyProvider: 'Any provider',
  owner: 'Owner',
  onDuty: 'on duty',
  nobody: 'Nobody assigned',
  lastGood: 'Last good run',
  never: 'Never',
  stale: 'Out of date',
  runs: 'Last 7 days',
  noRuns: 'No run ended',
  runsInWords: (succeeded: number, ran: number, days: number) =>
    `${succeeded} of ${count(ran, 'run')} went well in the last ${count(days, 'day')}`,
  percent: (share: number) => `${share === 1 ? 100 : Math.min(99, Math.floor(share * 100))}%`,
  nextAction: 'Next',
  connect: 'Connect',
  empty: 'No connection yet',
  emptyMore: 'Connect the first one: an admin of your company can.',
  noneFound: 'No connection fits. Change the search or the state.',
  more: 'Show more',
  shown: (many: number, isMore: boolean, isFiltered: boolean) => {
    if (many === 0) return 'No connection fits. Change the search, the state or the provider.';
    const found = count(many, 'connection');
    if (isMore) return `The first ${found}; more as you scroll.`;
    return isFiltered ? `${found} found.` : `${found}.`;
  },
};
