import { Button, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';
import { inClientWords } from './in-client-words.ts';
import type { Pages } from './read-portal.ts';

/** A list below the cards, newest first; nothing at all while there is nothing in it. */
export function Listed<Item>({
  title,
  list: { query, items },
  children,
}: {
  title: string;
  list: Pages<Item>;
  children: (item: Item) => ReactNode;
}) {
  if (items.length === 0 && !query.error) return null;
  return (
    <Stack gap="sm" component="section">
      <Title order={2} size="h4">
        {title}
      </Title>
      {query.error && items.length === 0 ? (
        <ProblemNotice error={inClientWords(query.error)} again={() => void query.refetch()} />
      ) : (
        items.map(children)
      )}
      {query.hasNextPage && (
        <Button
          variant="default"
          className="no-print"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {words.portal.older}
        </Button>
      )}
    </Stack>
  );
}
