import { NumberInput, Paper, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { words } from '../../words/index.ts';
import type { Meaning, Stage } from './stage-meaning.ts';

const text = words.mappings;

export function StageRow({
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
