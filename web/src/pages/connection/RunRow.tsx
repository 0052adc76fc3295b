import { Anchor, Badge, Button, Group, List, Text } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, api, type Schemas } from '../../api/client.ts';
import { Moment } from '../../parts/Moment.tsx';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import classes from './Connection.module.css';

type Run = Schemas['SyncRun'];
const said = words.connection.runs;

const colours = { succeeded: 'green', failed: 'red', cancelled: 'gray', skipped: 'gray', running: 'blue' } as const;

export function RunRow({ run, streamLabel }: { run: Run; streamLabel: string }) {
  const { trigger, startedAt, finishedAt, sentence, counts, workflow } = run;
  const session = useSession();
  const [isOpen, setOpen] = useState(false);
  const outcome = run.outcome ?? 'running';
  return (
    <article className={classes.run} aria-label={said.named(streamLabel, said.outcomes[outcome])}>
      <Group justify="space-between" align="start">
        <Group gap="sm">
          <Badge variant="dot" color={colours[outcome]}>
            {said.outcomes[outcome]}
          </Badge>
          <Text fw={600}>{streamLabel}</Text>
          <Text size="sm" c="dimmed">
            {said.triggers[trigger]} · <Moment at={startedAt} />
            {finishedAt && ` · ${said.took(Date.parse(finishedAt) - Date.parse(startedAt))}`}
          </Text>
        </Group>
        {may(session, 'connection.sync') && (
          <Anchor href={workflow.url} target="_blank" rel="noreferrer" size="sm">
            {said.workflow} <IconExternalLink size={14} aria-hidden />
          </Anchor>
        )}
      </Group>
      <Text size="sm">{said.counted(counts)}</Text>
      {sentence && <Text size="sm">{sentence}</Text>}
      {counts.failed > 0 && may(session, 'failure.read') && (
        <>
          <Button variant="subtle" size="compact-sm" px={0} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {said.errors(counts.failed)}
          </Button>
          {isOpen && <RunErrors runId={run.id} />}
        </>
      )}
    </article>
  );
}

function RunErrors({ runId }: { runId: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['run-errors', runId],
    queryFn: () => answerOf(api.GET('/v1/runs/{runId}/errors', { params: { path: { runId }, query: { limit: 50 } } })),
  });
  if (error) return <ProblemNotice error={error} again={() => void refetch()} />;
  if (!data) return <Loading />;
  return (
    <>
      <List size="sm" spacing={4}>
        {data.items.map(({ id, externalId, sentence }) => (
          <List.Item key={id}>
            {externalId && (
              <Text span size="sm" fw={600}>
                {externalId}:{' '}
              </Text>
            )}
            {sentence}
          </List.Item>
        ))}
      </List>
      {data.nextCursor && (
        <Text size="sm" c="dimmed">
          {said.moreErrors(data.items.length)}
        </Text>
      )}
    </>
  );
}
