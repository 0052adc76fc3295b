import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { useChanges, type Changes } from '../../changes.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Overtaken } from '../../parts/Overtaken.tsx';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { useNameOf } from '../../people.ts';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { connectionQuery, stagesQuery } from './queries.ts';
import { inWords, meaningsOf, saveStages, type Meaning } from './stage-meaning.ts';
import { StageRow } from './StageRow.tsx';

const text = words.mappings;

/** What the stages of the provider's pipelines count as. */
export function Stages({ connectionId }: { connectionId: string }) {
  const { data, error, isPending, refetch } = useQuery(stagesQuery(connectionId));
  const nameOf = useNameOf(useQuery(connectionQuery(connectionId)).data?.companyId);
  const mayEdit = may(useSession(), 'mapping.write');
  const client = useQueryClient();
  const theirs = meaningsOf(data?.items ?? []);
  const { changes, isDirty, overtaken, mine, change, takeTheirs, overTheirs } = useChanges(theirs);
  const save = useMutation({
    mutationFn: (made: Changes<Meaning>) => saveStages(connectionId, made),
    onSuccess(saved) {
      client.setQueryData(stagesQuery(connectionId).queryKey, saved);
      notifications.show({ title: words.problem.done, message: text.stagesSaved, color: 'green' });
    },
    onError({ message }) {
      notifications.show({ title: words.problem.failed, message, color: 'red' });
      return client.invalidateQueries({ queryKey: ['stages'] });
    },
  });
  useBlocker({ enableBeforeUnload: isDirty, shouldBlockFn: () => isDirty && !confirm(words.editing.leave) });
  if (error && !data) return <ProblemNotice error={error} again={() => void refetch()} />;
  if (isPending) return <Loading />;
  if (data.items.length === 0) return <Empty title={text.stagesNone} more={text.stagesNoneMore} />;
  const labelOf = (id: string) => data.items.find(({ externalId }) => externalId === id)?.label ?? id;
  const byWhom = new Set(data.items.filter(({ externalId }) => overtaken.includes(externalId)).map(({ mappedBy }) => mappedBy));
  const pipelines = new Set(data.items.map(({ pipelineExternalId }) => pipelineExternalId));
  return (
    <Stack>
      <Text c="dimmed">{text.stagesIntro}</Text>
      {overtaken.length > 0 && (
        <Overtaken
          title={text.stagesOvertaken([...byWhom].map((id) => (id === null ? text.theProvider : nameOf(id))).join(', '))}
          theirs={inWords(theirs)}
          mine={inWords(mine)}
          nameOf={labelOf}
          isSaving={save.isPending}
          onTakeTheirs={takeTheirs}
          onKeepMine={() => save.mutate(overTheirs())}
        />
      )}
      {[...pipelines]
        .map((id) => data.items.filter(({ pipelineExternalId }) => pipelineExternalId === id))
        .map((stages) => (
          <Stack key={stages[0]!.pipelineExternalId} gap="xs" component="section" aria-label={stages[0]!.pipelineLabel}>
            <Title order={2} size="h4">
              {stages[0]!.pipelineLabel}
            </Title>
            {stages.map((stage) => (
              <StageRow
                key={stage.externalId}
                stage={stage}
                by={stage.mappedBy === null ? text.stageOwn : text.stageBy(nameOf(stage.mappedBy))}
                meaning={mine[stage.externalId]!}
                mayEdit={mayEdit}
                onChange={(meaning) => change(stage.externalId, meaning)}
              />
            ))}
          </Stack>
        ))}
      {mayEdit && overtaken.length === 0 && (
        <Group justify="end">
          <Button disabled={!isDirty} loading={save.isPending} onClick={() => save.mutate(changes)}>
            {text.saveStages}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
