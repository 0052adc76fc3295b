import { Group, List, Stack, Text, Title } from '@mantine/core';
import type { Schemas } from '../../api/client.ts';
import { Diff } from '../../parts/Diff.tsx';
import { words } from '../../words/index.ts';

type Row = Schemas['ShownReplayPreview']['rows'][number];
type Fields = NonNullable<Parameters<typeof Diff>[0]['before']>;

/** One record as it stands and as a retry makes it. */
export function PreviewRow({ row: { externalId, verdict, before, after, changed, why } }: { row: Row }) {
  const label = words.failures.previewing.record(externalId ?? words.failures.previewing.untitled);
  const writes = verdict === 'created' || verdict === 'updated';
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Title order={3} size="h6" style={{ overflowWrap: 'anywhere' }}>
          {label}
        </Title>
        <Text size="sm" c="dimmed">
          {words.failures.verdicts[verdict]}
        </Text>
      </Group>
      {writes && <Diff label={label} before={fieldsOf(before)} after={fieldsOf(after)} changed={changed} />}
      {after && 'issues' in after && (
        <>
          <Text size="sm">{words.failures.previewing.doesNotFit}</Text>
          <List size="sm">
            {after.issues.map(({ path, message }) => (
              <List.Item key={`${path} ${message}`}>
                {path}: {message}
              </List.Item>
            ))}
          </List>
        </>
      )}
      {why && <Text size="sm">{why}</Text>}
    </Stack>
  );
}

const fieldsOf = (outcome: Row['before']): Fields | null => (outcome && 'fields' in outcome ? outcome.fields : null);
