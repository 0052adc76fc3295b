import { SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { answerOf, api, type Schemas } from '../../api/client.ts';
import { useCompany } from '../../company.ts';
import { Page } from '../../parts/Page.tsx';
import { SearchField } from '../../parts/SearchField.tsx';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { Begin } from './Begin.tsx';
import { ProviderCard } from './ProviderCard.tsx';

type Provider = Schemas['Provider'];

/** What can be connected, by what it is for; with a provider in the address, the form that begins. */
export function Catalogue() {
  const { companyId } = useCompany();
  const mayConnect = may(useSession(), 'connection.create');
  const { q = '', provider } = useSearch({ from: '/signed-in/connect' });
  const navigate = useNavigate({ from: '/connect' });
  const query = useQuery({ queryKey: ['providers'], queryFn: () => answerOf(api.GET('/v1/providers')), staleTime: 60_000 });
  if (provider && mayConnect) return <Begin companyId={companyId} providerKey={provider} />;

  return (
    <Page title={words.connect.title} of={query}>
      {() => {
        const found = query.data!.items.filter((each) => fits(each, q));
        return (
          <Stack gap="xl">
            <Stack gap="md">
              <Text c="dimmed" maw={640}>
                {mayConnect ? words.connect.intro : words.connect.onlyAdmins}
              </Text>
              <SearchField
                label={words.connect.search}
                value={q}
                onSearch={(text) => void navigate({ search: (before) => ({ ...before, q: text }), replace: true })}
                w={320}
                maw="100%"
              />
            </Stack>
            {found.length === 0 && <Text>{words.connect.noneFound}</Text>}
            {byCategory(found).map(([category, providers]) => (
              <Stack key={category} gap="sm" component="section" aria-label={nameOf(category)}>
                <Title order={2} size="h4">
                  {nameOf(category)}
                </Title>
                <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
                  {providers.map((each) => (
                    <ProviderCard key={each.key} provider={each} mayConnect={mayConnect} />
                  ))}
                </SimpleGrid>
              </Stack>
            ))}
          </Stack>
        );
      }}
    </Page>
  );
}

const nameOf = (category: string) => words.connect.categories[category] ?? category;

const fits = ({ label, category, needs, streams }: Provider, q: string) =>
  [label, nameOf(category), ...needs, ...streams.map((stream) => stream.label)].join(' ').toLowerCase().includes(q.toLowerCase());

function byCategory(providers: Provider[]): [string, Provider[]][] {
  const categories = [...new Set(providers.map(({ category }) => category))];
  return categories
    .toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)))
    .map((category) => [category, providers.filter((each) => each.category === category)]);
}
