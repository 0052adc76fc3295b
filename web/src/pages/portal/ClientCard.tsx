import { Card, Group, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { Schemas } from '../../api/client.ts';
import { words } from '../../words/index.ts';
import { amount, day } from './said.ts';

const colours: Record<Schemas['Card']['status'], string> = {
  current: 'green',
  under_review: 'yellow',
  stale: 'orange',
  delayed: 'orange',
  paused: 'gray',
  entered_by_person: 'violet',
  disconnected: 'gray',
  in_setup: 'blue',
  incomplete: 'yellow',
};

/** The number first, then how far it can be trusted, then where it comes from. */
export function ClientCard({ card }: { card: Schemas['Card'] }) {
  const { title, sourceLabel, period, unit, baseline, current, status, statusSentence, nextAction, enteredByPerson } = card;
  return (
    <Card withBorder component="article">
      <Stack gap="xs" h="100%">
        <div>
          <Title order={2} size="h5">
            {title}
          </Title>
          <Text size="sm" c="dimmed">
            {sourceLabel} · {period}
          </Text>
        </div>
        <Group align="baseline" gap="xs">
          <Text fz={34} fw={700} lh={1.1}>
            {current ? amount(current.value) : '–'}
          </Text>
          <Text c="dimmed">{current ? unit : words.portal.noValue}</Text>
        </Group>
        <Group gap="xs" wrap="nowrap" align="start">
          <ThemeIcon size={10} mt={6} radius="xl" color={colours[status]} aria-hidden />
          <Text size="sm">{statusSentence}</Text>
        </Group>
        {enteredByPerson && <Text size="sm">{words.portal.enteredByPerson}</Text>}
        {baseline && (
          <Text size="sm" c="dimmed">
            {words.portal.baseline(amount(baseline.value), day(baseline.date))}
          </Text>
        )}
        <Text size="sm" mt="auto">
          {words.portal.next}: {nextAction}
        </Text>
      </Stack>
    </Card>
  );
}
