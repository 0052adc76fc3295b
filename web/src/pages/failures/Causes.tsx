import { Anchor, Badge, Card, Flex, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useCompany } from '../../company.ts';
import { useList } from '../../list.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { Page } from '../../parts/Page.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { words } from '../../words/index.ts';
import { alikeSearch, groupsPage, type Group as FailureGroup } from './queries.ts';

/** What failed, by its cause: a thousand items of one cause are one thing to do. */
export function Causes({ aside }: { aside: ReactNode }) {
  const { companyId } = useCompany();
  const list = useList({
    queryKey: ['queue', companyId, 'groups'],
    read: async (cursor) => {
      const { items, nextCursor } = await groupsPage({ companyId }, cursor);
      return { items: items.map((group) => ({ id: group.newest.id, group })), nextCursor };
    },
    everyMs: 10_000,
  });
  return (
    <Page title={words.failures.title} aside={aside} of={list}>
      {() =>
        list.items.length === 0 ? (
          <Empty title={words.failures.empty} more={words.failures.emptyMore} />
        ) : (
          <Stack gap="sm">
            <Text c="dimmed" size="sm">
              {words.failures.counted(list.items.length, list.hasNextPage)}
            </Text>
            <VirtualList label={words.failures.causes} list={list} rowHeight={132}>
              {({ group }) => <CauseCard group={group} />}
            </VirtualList>
          </Stack>
        )
      }
    </Page>
  );
}

function CauseCard({ group }: { group: FailureGroup }) {
  const { connection, newest, items, lastSeenAt } = group;
  return (
    <Card withBorder component="article" mb="sm">
      <Flex direction={{ base: 'column', sm: 'row' }} justify="space-between" gap={{ base: 'xs', sm: 'md' }}>
        <Stack gap={4} miw={0}>
          <Text size="sm" c="dimmed">
            {connection.label} · {words.failures.kinds[newest.kind]} · {words.failures.codes[newest.code]}
          </Text>
          <Anchor
            renderRoot={(props) => <Link to="/failures" search={alikeSearch(group)} {...props} />}
            fw={600}
            c="var(--mantine-color-text)"
          >
            {newest.sentence}
          </Anchor>
          <Text size="sm">
            <WhatNext group={group} />
          </Text>
        </Stack>
        {/* As wide as what stands in it, beside the cause or below it. */}
        <Flex
          direction={{ base: 'row', sm: 'column' }}
          align={{ base: 'center', sm: 'end' }}
          wrap={{ base: 'wrap', sm: 'nowrap' }}
          gap={{ base: 'xs', sm: 4 }}
          flex="none"
        >
          <Text fw={700}>{words.failures.items(items)}</Text>
          <Standing group={group} />
          <Text size="sm" c="dimmed">
            <Moment at={lastSeenAt} />
          </Text>
        </Flex>
      </Flex>
    </Card>
  );
}

export function Standing({ group: { dead, retrying } }: { group: FailureGroup }) {
  return (
    <>
      {dead > 0 && (
        <Badge variant="dot" color="red" tt="none">
          {words.failures.needPerson(dead)}
        </Badge>
      )}
      {retrying > 0 && (
        <Badge variant="dot" color="blue" tt="none">
          {words.failures.nowTried(retrying)}
        </Badge>
      )}
    </>
  );
}

/** The API's words, but for a moment, which is said in the viewer's zone. */
export function WhatNext({ group: { nextAttemptAt, newest } }: { group: Pick<FailureGroup, 'nextAttemptAt' | 'newest'> }) {
  if (!nextAttemptAt) return newest.next;
  return (
    <>
      {words.failures.triedAgain} <Moment at={nextAttemptAt} />.
    </>
  );
}
