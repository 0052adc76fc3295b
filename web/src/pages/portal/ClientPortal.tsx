import { Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Empty } from '../../parts/Empty.tsx';
import { Page } from '../../parts/Page.tsx';
import { words } from '../../words/index.ts';
import { ClientCard } from './ClientCard.tsx';
import { ClientNote } from './ClientNote.tsx';
import { ClientReport } from './ClientReport.tsx';
import { inClientWords } from './in-client-words.ts';
import { Listed } from './Listed.tsx';
import { usePortal, type Reader } from './read-portal.ts';

/** All that a client sees: short, and each with where it comes from. `aside`: what stands beside it for somebody who is no client. */
export function ClientPortal({ read, companyId, aside }: { read: Reader; companyId: string; aside?: ReactNode }) {
  const { cards, notes, reports } = usePortal(read, companyId);
  return (
    <Page
      title={words.portal.title}
      of={{ ...cards, error: inClientWords(cards.error) }}
      aside={
        <Group gap="xs">
          {aside}
          <Button variant="default" size="xs" onClick={() => print()} className="no-print">
            {words.portal.print}
          </Button>
        </Group>
      }
    >
      {() => (
        <Stack gap="lg">
          {cards.data!.items.length === 0 ? (
            <Empty title={words.portal.empty} more={words.portal.emptyMore} />
          ) : (
            <>
              <Text>{words.portal.summary(cards.data!.items.filter(isSound).length, cards.data!.items.length)}</Text>
              <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
                {cards.data!.items.map((card) => (
                  <ClientCard key={`${card.sourceLabel} ${card.title} ${card.period}`} card={card} />
                ))}
              </SimpleGrid>
            </>
          )}
          <Listed title={words.portal.notes} list={notes}>
            {(note) => <ClientNote key={`${note.from} ${note.body}`} note={note} />}
          </Listed>
          <Listed title={words.portal.reports} list={reports}>
            {(report) => <ClientReport key={`${report.kind} ${report.from}`} report={report} />}
          </Listed>
        </Stack>
      )}
    </Page>
  );
}

const isSound = ({ status }: { status: string }) => status === 'current';
