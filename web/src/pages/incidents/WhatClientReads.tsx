import { Paper, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';
import { cardsQuery, type IncidentDetail } from './queries.ts';

/** The line on each card, as the client reads it now: during the incident, and what became of it after. */
export function WhatClientReads({ incident }: { incident: IncidentDetail }) {
  const query = useQuery(cardsQuery(incident));
  return (
    <Stack gap="sm" component="section" aria-labelledby="client">
      <Title order={2} size="h4" id="client">
        {words.incidents.client.title}
      </Title>
      {query.error && !query.data && <ProblemNotice error={query.error} again={() => void query.refetch()} />}
      {query.data?.items.length === 0 && <Text c="dimmed">{words.incidents.client.none}</Text>}
      {query.data?.items.map(({ title, period, unit, current, statusSentence }) => (
        <Paper key={`${title} ${period}`} withBorder p="sm">
          <Text fw={600}>
            {title}: {current ? `${current.value} ${unit}` : words.incidents.client.noValue}
          </Text>
          <Text size="sm">{statusSentence}</Text>
        </Paper>
      ))}
    </Stack>
  );
}
