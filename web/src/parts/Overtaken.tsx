import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { words } from '../words/index.ts';
import { Diff } from './Diff.tsx';

type Told = Parameters<typeof Diff>[0]['before'];
const said = words.editing;

/** Somebody else saved meanwhile: both stay until the later has looked at what differs and chosen. */
export function Overtaken({
  title,
  saved,
  theirs,
  mine,
  nameOf,
  isSaving,
  onTakeTheirs,
  onKeepMine,
}: {
  title: string;
  /** When they did, where that is known. */
  saved?: ReactNode;
  theirs: Told;
  mine: Told;
  nameOf?: (field: string) => string;
  isSaving: boolean;
  onTakeTheirs: () => void;
  onKeepMine: () => void;
}) {
  return (
    <Alert role="alert" color="orange" variant="outline" styles={{ title: { color: 'var(--mantine-color-text)' } }} title={title}>
      <Stack gap="sm">
        <Text size="sm">
          {saved} {said.more} {said.theirsToYours}
        </Text>
        <Diff label={said.more} before={theirs} after={mine} {...(nameOf && { nameOf })} />
        <Group>
          <Button variant="default" onClick={onTakeTheirs}>
            {said.takeTheirs}
          </Button>
          <Button variant="default" loading={isSaving} onClick={onKeepMine}>
            {said.keepMine}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
