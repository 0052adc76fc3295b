import { Button, Group, NumberInput, Paper, Select, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { useState } from 'react';
import { useAct } from '../../act.ts';
import { answerOf, api, type Schemas } from '../../api/client.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { useNameOf } from '../../people.ts';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { connectionQuery, stagesQuery } from './queries.ts';

const text = words.mappings;
type Stage = Schemas['PipelineStage'];
type Meaning = Pick<Stage, 'name' | 'position' | 'probability' | 'kind'>;

/** What the stages of the provider's pipelines count as. */
export function Stages({ connectionId }: { connectionId: string }) {
  const { data, error, isPending, refetch } = useQuery(stagesQuery(connectionId));
  const nameOf = useNameOf(useQuery(connectionQuery(connectionId)).data?.companyId);
  const mayEdit = may(useSession(), 'mapping.write');
  const client = useQueryClient();
  const [changes, setChanges] = useState<Record<string, Meaning>>({});
  const save = useAct(
    async () => {
      const stages = Object.entries(changes).map(([externalId, meaning]) => ({ externalId, ...meaning }));
      const saved = await answerOf(
        api.PATCH('/v1/connections/{connectionId}/stages', { params: { path: { connectionId } }, body: { stages } }),
      );
      client.setQueryData(stagesQuery(connectionId).queryKey, saved);
      setChanges({});
    },
    { done: text.stagesSaved, rereads: 'stages' },
  );
  const isDirty = Object.keys(changes).length > 0;
  useBlocker({ enableBeforeUnload: isDirty, shouldBlockFn: () => isDirty && !confirm(text.leaveStages) });
  if (error) return <ProblemNotice error={error} again={() => void refetch()} />;
  if (isPending) return <Loading />;
  if (data.items.length === 0) return <Empty title={text.stagesNone} more={text.stagesNoneMore} />;
  const pipelines = new Set(data.items.map(({ pipelineExternalId }) => pipelineExternalId));
  return (
    <Stack>
      <Text c="dimmed">{text.stagesIntro}</Text>
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
                meaning={changes[stage.externalId] ?? stage}
                mayEdit={mayEdit}
                onChange={(meaning) => setChanges({ ...changes, [stage.externalId]: meaning })}
              />
            ))}
          </Stack>
        ))}
      {mayEdit && (
        <Group justify="end">
          <Button disabled={!isDirty} loading={save.isPending} onClick={() => save.mutate()}>
            {text.saveStages}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function StageRow({
  stage,
  by,
  meaning: { name, position, probability, kind },
  mayEdit,
  onChange,
}: {
  stage: Stage;
  by: string;
  meaning: Meaning;
  mayEdit: boolean;
  onChange: (meaning: Meaning) => void;
}) {
  const change = (some: Partial<Meaning>) => onChange({ name, position, probability, kind, ...some });
  const named = (what: string) => ({ label: what, 'aria-label': text.of(stage.label, what), readOnly: !mayEdit });
  return (
    <Paper withBorder p="md">
      <SimpleGrid cols={{ base: 1, sm: 2, md: 5 }} spacing="sm">
        <Stack gap={2}>
          <Text fw={600}>{stage.label}</Text>
          <Text size="xs" c="dimmed">
            {stage.goneAt ? text.stageGone : by}
          </Text>
        </Stack>
        <TextInput
          {...named(text.stageName)}
          value={name}
          maxLength={100}
          onChange={({ currentTarget: { value } }) => change({ name: value })}
        />
        <Select
          {...named(text.stageKind)}
          data={Object.entries(text.stageKinds).map(([value, label]) => ({ value, label }))}
          value={kind}
          onChange={(value) => value && change({ kind: value as Meaning['kind'] })}
          allowDeselect={false}
        />
        <NumberInput
          {...named(text.stagePosition)}
          value={position}
          min={0}
          max={65_535}
          allowDecimal={false}
          onChange={(value) => typeof value === 'number' && change({ position: value })}
        />
        <NumberInput
          {...named(text.stageProbability)}
          value={probability === null ? '' : Math.round(probability * 100)}
          min={0}
          max={100}
          onChange={(value) => change({ probability: typeof value === 'number' ? value / 100 : null })}
        />
      </SimpleGrid>
    </Paper>
  );
}
