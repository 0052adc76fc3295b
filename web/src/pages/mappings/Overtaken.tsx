import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { Diff } from '../../parts/Diff.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { words } from '../../words/index.ts';
import type { Content } from './content.ts';
import { describeMapping, fieldName } from './describe.ts';
import type { Draft } from './queries.ts';

const text = words.mappings;

/** Somebody else saved meanwhile: both stay until the later has looked at what differs and chosen. */
export function Overtaken({
  by,
  draft,
  theirs,
  mine,
  isSaving,
  onTakeTheirs,
  onKeepMine,
}: {
  by: string;
  /** `null`: it was published or discarded. */
  draft: Draft | null;
  theirs: Content;
  mine: Content;
  isSaving: boolean;
  onTakeTheirs: () => void;
  onKeepMine: () => void;
}) {
  return (
    <Alert
      role="alert"
      color="orange"
      variant="outline"
      styles={{ title: { color: 'var(--mantine-color-text)' } }}
      title={draft ? text.overtaken(by) : text.overtakenPublished}
    >
      <Stack gap="sm">
        <Text size="sm">
          {draft && (
            <>
              {text.theirsSaved} <Moment at={draft.savedAt} />
              {'. '}
            </>
          )}
          {text.overtakenMore} {text.theirsToYours}
        </Text>
        <Diff label={text.overtakenMore} before={describeMapping(theirs)} after={describeMapping(mine)} nameOf={fieldName} />
        <Group>
          <Button variant="default" onClick={onTakeTheirs}>
            {text.takeTheirs}
          </Button>
          <Button variant="default" loading={isSaving} onClick={onKeepMine}>
            {text.keepMine}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
