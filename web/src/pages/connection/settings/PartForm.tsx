import { Alert, Button, Group, Stack } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Overtaken } from '../../../parts/Overtaken.tsx';
import { words } from '../../../words/index.ts';
import type { Part } from './use-part.ts';

/** The form of a part: its fields, what differs where somebody else was quicker, and what went wrong. */
export function PartForm({
  title,
  part,
  inWords,
  onClose,
  children,
}: {
  title: string;
  part: Part;
  /** By the names that people know, for a difference. */
  inWords: (standing: Readonly<Record<string, unknown>>) => Record<string, string>;
  onClose: () => void;
  children: ReactNode;
}) {
  const { changes, isDirty, overtaken, theirs, mine, isSaving, problem } = part;
  useBlocker({ enableBeforeUnload: isDirty, shouldBlockFn: () => isDirty && !confirm(words.editing.leave) });
  return (
    <form
      noValidate
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault();
        part.save(changes);
      }}
    >
      <Stack gap="md" maw={640}>
        {overtaken.length > 0 && (
          <Overtaken
            title={words.editing.overtaken(words.editing.somebodyElse)}
            theirs={inWords(theirs)}
            mine={inWords(mine)}
            isSaving={isSaving}
            onTakeTheirs={part.takeTheirs}
            onKeepMine={() => part.save(part.overTheirs())}
          />
        )}
        {children}
        {problem && !isSaving && (
          <Alert role="alert" color="red" variant="light" title={words.problem.failed}>
            {problem.message}
            <Group mt="sm">
              <Button size="xs" variant="default" onClick={part.again}>
                {words.problem.again}
              </Button>
            </Group>
          </Alert>
        )}
        <Group>
          {overtaken.length === 0 && (
            <Button type="submit" loading={isSaving} disabled={!isDirty}>
              {words.editing.save}
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            {words.cancel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
