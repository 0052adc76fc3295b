import { SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../../api/client.ts';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';
import { ClientCard } from '../portal/ClientCard.tsx';

const texts = words.connect.steps.baseline;

/** The client's cards with today's values, and the next action as it is being written. */
export function CardPreview({ connectionId, nextAction }: { connectionId: string; nextAction: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['first-cards', connectionId],
    queryFn: () => answerOf(api.GET('/v1/connections/{connectionId}/onboarding/cards', { params: { path: { connectionId } } })),
  });
  return (
    <Stack component="section" gap="xs" aria-label={texts.preview}>
      <Text size="sm" fw={600}>
        {texts.preview}
      </Text>
      {error ? (
        <ProblemNotice error={error} again={() => void refetch()} />
      ) : !data ? (
        <Loading />
      ) : (
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          {data.items.map((card) => (
            <ClientCard key={card.title} card={{ ...card, nextAction: nextAction.trim() || card.nextAction }} />
          ))}
        </SimpleGrid>
      )}
    </Stack>
  );
}
