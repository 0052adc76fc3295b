import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { answerOf, api } from '../../api/client.ts';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';

/** Read only when it is asked for, because each look is audited; whether the person may is the API's to say. */
export function WhatCame({ connectionId, eventId }: { connectionId: string; eventId: string }) {
  const read = useMutation({
    mutationFn: () =>
      answerOf(
        api.GET('/v1/connections/{connectionId}/events/{eventId}/payload', { params: { path: { connectionId, eventId } } }),
      ),
  });
  return (
    <Stack gap="xs">
      <Group>
        <Button variant="default" size="xs" loading={read.isPending} onClick={() => read.mutate()}>
          {words.failures.one.showCame}
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        {words.failures.one.cameHint}
      </Text>
      {read.error && <ProblemNotice error={read.error} />}
      {read.data && (
        <Code block tabIndex={0} aria-label={words.failures.one.came}>
          {JSON.stringify(read.data.payload, null, 2)}
        </Code>
      )}
    </Stack>
  );
}
