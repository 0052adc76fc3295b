import { Select, SimpleGrid, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../../api/client.ts';
import { words } from '../../words/index.ts';
import { actionChoices, findActions, isAudited } from './action-words.ts';
import { platform, type Chain } from './chain.ts';
import type { Actors } from './use-actors.ts';

type Search = { [Name in 'who' | 'what' | 'outcome' | 'connection' | 'from' | 'to']?: string };
const outcomes = ['done', 'refused', 'asked'] as const;
const isDay = (text: string | undefined): text is string => /^\d{4}-\d\d-\d\d$/.test(text ?? '');

/** What the address says, as the API takes it: days are the viewer's own, and the last one is included. */
export function filterOf({ who, what, outcome, connection, from, to }: Search) {
  const known = outcomes.find((each) => each === outcome);
  return {
    ...(who && { actor: who }),
    ...(isAudited(what) && { action: what }),
    ...(known && { outcome: known }),
    ...(connection && { connectionId: connection }),
    ...(isDay(from) && { from: new Date(`${from}T00:00:00`).toISOString() }),
    ...(isDay(to) && { to: dayAfter(to) }),
  };
}

function dayAfter(day: string): string {
  const at = new Date(`${day}T00:00:00`);
  at.setDate(at.getDate() + 1);
  return at.toISOString();
}

export function Filters({
  chain,
  search,
  actors,
  onSearch,
}: {
  chain: Chain;
  search: Search;
  actors: Actors;
  onSearch: (changes: Search) => void;
}) {
  const connections = useQuery({
    queryKey: ['connections', chain, 'all'],
    enabled: chain !== platform,
    queryFn: () =>
      answerOf(
        api.GET('/v1/companies/{companyId}/connections', { params: { path: { companyId: chain }, query: { limit: 100 } } }),
      ),
  });
  // Somebody whom no list names any more can still be looked for.
  const people = new Map([...actors.names, ...(search.who ? [[search.who, actors.nameOf(search.who)] as const] : [])]);
  return (
    <SimpleGrid cols={{ base: 2, md: 3, xl: 6 }} component="search">
      <Select
        label={words.audit.who}
        placeholder={words.audit.anybody}
        data={[...people].map(([value, label]) => ({ value, label }))}
        value={search.who ?? null}
        onChange={(who) => onSearch({ who: who ?? '' })}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': words.audit.anybody }}
      />
      <Select
        label={words.audit.what}
        placeholder={words.audit.anything}
        data={actionChoices}
        filter={findActions}
        value={isAudited(search.what) ? search.what : null}
        onChange={(what) => onSearch({ what: what ?? '' })}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': words.audit.anything }}
      />
      <Select
        label={words.audit.outcome}
        placeholder={words.audit.anyOutcome}
        data={outcomes.map((value) => ({ value, label: words.audit.outcomes[value] }))}
        value={search.outcome ?? null}
        onChange={(outcome) => onSearch({ outcome: outcome ?? '' })}
        clearable
        clearButtonProps={{ 'aria-label': words.audit.anyOutcome }}
      />
      {chain !== platform && (
        <Select
          label={words.audit.connection}
          placeholder={words.audit.anyConnection}
          data={(connections.data?.items ?? []).map(({ id, label }) => ({ value: id, label }))}
          value={search.connection ?? null}
          onChange={(connection) => onSearch({ connection: connection ?? '' })}
          clearable
          clearButtonProps={{ 'aria-label': words.audit.anyConnection }}
        />
      )}
      <TextInput
        type="date"
        label={words.audit.from}
        value={search.from ?? ''}
        onChange={({ currentTarget: { value } }) => onSearch({ from: value })}
      />
      <TextInput
        type="date"
        label={words.audit.until}
        value={search.to ?? ''}
        onChange={({ currentTarget: { value } }) => onSearch({ to: value })}
      />
    </SimpleGrid>
  );
}
