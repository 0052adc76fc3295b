import { Anchor, Group, Paper, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCompany } from '../../company.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { Page } from '../../parts/Page.tsx';
import { words } from '../../words/index.ts';
import { CauseItems } from './CauseItems.tsx';
import { Standing, WhatNext } from './Causes.tsx';
import { groupsPage, type Group as FailureGroup } from './queries.ts';

/** Everything of one connection that failed alike. */
export function Cause({ connection, reason }: { connection: string; reason: string }) {
  const { companyId } = useCompany();
  const query = useQuery({
    queryKey: ['queue', companyId, 'groups', connection, reason],
    queryFn: async () => (await groupsPage({ companyId, connection, reason })).items[0] ?? null,
    refetchInterval: 5_000,
  });
  const group = query.data;
  return (
    <>
      <Anchor renderRoot={(props) => <Link to="/failures" search={{}} {...props} />} size="sm">
        ← {words.failures.back}
      </Anchor>
      <Page title={words.failures.title} of={query}>
        {() =>
          group ? (
            <Stack gap="md">
              <About group={group} />
              <CauseItems group={group} />
            </Stack>
          ) : (
            <Empty title={words.failures.gone} more={words.failures.goneMore} />
          )
        }
      </Page>
    </>
  );
}

function About({ group }: { group: FailureGroup }) {
  const { connection, newest, firstSeenAt, lastSeenAt } = group;
  return (
    <Paper withBorder p="md">
      <Stack gap="xs">
        <Text size="sm" c="dimmed">
          {connection.label} · {words.failures.kinds[newest.kind]} · {words.failures.codes[newest.code]}
        </Text>
        <Text fw={600} size="lg">
          {newest.sentence}
        </Text>
        <Text>
          <WhatNext group={group} />
        </Text>
        <Group gap="md">
          <Standing group={group} />
          <Text size="sm" c="dimmed">
            {words.failures.firstSeen} <Moment at={firstSeenAt} />
          </Text>
          <Text size="sm" c="dimmed">
            {words.failures.lastSeen} <Moment at={lastSeenAt} />
          </Text>
        </Group>
      </Stack>
    </Paper>
  );
}
