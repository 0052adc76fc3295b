import { Group, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { answerOf, api } from '../../api/client.ts';
import { SearchField } from '../../parts/SearchField.tsx';
import { words } from '../../words/index.ts';

interface Filter {
  q?: string;
  state?: string;
  provider?: string;
}
const states = Object.entries(words.states).map(([value, label]) => ({ value, label }));

/** What is looked for stands in the address, so that it can be passed on. */
export function Filters({ filter }: { filter: Filter }) {
  const navigate = useNavigate({ from: '/connections' });
  const { data } = useQuery({
    queryKey: ['providers'],
    queryFn: () => answerOf(api.GET('/v1/providers')),
    staleTime: Infinity,
  });
  const search = (changes: { [Name in keyof Filter]: string | null }) =>
    void navigate({
      search: (before) => {
        const next = { ...before, ...changes };
        return Object.fromEntries(Object.entries(next).filter(([, value]) => value)) as typeof before;
      },
      replace: true,
    });
  return (
    <Group align="end" component="search" aria-label={words.connections.filters}>
      <SearchField
        label={words.connections.search}
        value={filter.q ?? ''}
        onSearch={(q) => search({ q })}
        maxLength={100}
        w={{ base: '100%', xs: 280 }}
      />
      <Select
        label={words.connections.state}
        placeholder={words.connections.anyState}
        data={states}
        value={filter.state ?? null}
        onChange={(state) => search({ state })}
        clearable
        w={{ base: '100%', xs: 200 }}
        clearButtonProps={{ 'aria-label': words.connections.anyState }}
      />
      <Select
        label={words.connections.provider}
        placeholder={words.connections.anyProvider}
        data={data?.items.map(({ key, label }) => ({ value: key, label })) ?? []}
        value={filter.provider ?? null}
        onChange={(provider) => search({ provider })}
        clearable
        w={{ base: '100%', xs: 200 }}
        clearButtonProps={{ 'aria-label': words.connections.anyProvider }}
      />
    </Group>
  );
}
