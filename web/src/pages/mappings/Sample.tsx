import { ActionIcon, Alert, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { Empty } from '../../parts/Empty.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';
import { RawRecord } from './RawRecord.tsx';
import type { usePreview } from './use-preview.ts';

const text = words.mappings;

/** The sample: how many of it fit, which record is looked at, and a way to fresh ones. */
export function Sample({ of }: { of: ReturnType<typeof usePreview> }) {
  const { preview, seen, at, setPlace, isOld, isFaulty, problem, again, fetchSample } = of;
  const fetch = (
    <Button variant="default" size="xs" loading={fetchSample.isPending} onClick={() => fetchSample.mutate()}>
      {text.fetch}
    </Button>
  );
  if (problem) return <ProblemNotice error={problem} again={again} />;
  if (preview && preview.records.length === 0)
    return (
      <Stack gap="xs" align="center">
        <Empty title={text.noSample} more={text.noSampleMore} />
        {fetch}
      </Stack>
    );
  const all = preview?.records.length ?? 0;
  const refused = preview?.records.filter(({ after }) => 'issues' in after).length ?? 0;
  return (
    <Paper withBorder p="md" component="section" aria-label={text.sample}>
      <Group justify="space-between">
        <Stack gap={2}>
          <Text fw={600} component="output" {...(refused > 0 && !isFaulty && { c: 'var(--mantine-color-error)' })}>
            {isFaulty ? text.previewWaits : isOld || !preview ? text.updating : text.previewed(all, refused)}
          </Text>
          {preview?.values === 'masked' && (
            <Text size="sm" c="dimmed">
              {text.masked}
            </Text>
          )}
        </Stack>
        <Group gap="xs">
          {seen && (
            <>
              <ActionIcon variant="default" aria-label={text.previousRecord} disabled={at === 0} onClick={() => setPlace(at - 1)}>
                <IconChevronLeft size={16} aria-hidden />
              </ActionIcon>
              <Text size="sm" component="output">
                {text.sampleOf(at + 1, all)}
              </Text>
              <ActionIcon
                variant="default"
                aria-label={text.nextRecord}
                disabled={at === all - 1}
                onClick={() => setPlace(at + 1)}
              >
                <IconChevronRight size={16} aria-hidden />
              </ActionIcon>
            </>
          )}
          {fetch}
        </Group>
      </Group>
      {seen && 'issues' in seen.record.after && !isFaulty && (
        <Alert color="red" variant="light" title={text.refused} mt="sm">
          {seen.record.after.issues.map(({ path, message }) => (
            <Text key={path + message} size="sm">
              {path}: {message}
            </Text>
          ))}
        </Alert>
      )}
      {seen?.record.before && 'issues' in seen.record.before && (
        <Text size="sm" c="dimmed" mt="xs">
          {text.refusedBefore}
        </Text>
      )}
      {seen && preview?.values === 'shown' && <RawRecord of={of} />}
    </Paper>
  );
}
