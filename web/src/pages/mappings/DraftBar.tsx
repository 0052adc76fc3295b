import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useAct } from '../../act.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { useNameOf } from '../../people.ts';
import { words } from '../../words/index.ts';
import { Overtaken } from './Overtaken.tsx';
import { connectionQuery, discardDraft, type Draft, type MappingKey } from './queries.ts';
import type { useEditing } from './use-editing.ts';

const text = words.mappings;

/** Whose draft this is, what is not saved, and what can be done with it. */
export function DraftBar({
  of,
  editing,
  draft,
  version,
  onPublish,
}: {
  of: MappingKey;
  editing: ReturnType<typeof useEditing>;
  draft: Draft | null;
  /** In force; `null`: none is published. */
  version: number | null;
  onPublish: (draft: Draft) => void;
}) {
  const { content, isDirty, isOvertaken, theirs } = editing;
  const nameOf = useNameOf(useQuery(connectionQuery(of.connectionId)).data?.companyId);
  const [isAsking, asking] = useDisclosure();
  const failed = ({ message }: Error) => notifications.show({ title: words.problem.failed, message, color: 'red' });
  const tell = (message: string) => notifications.show({ title: words.problem.done, message, color: 'green' });
  const save = useMutation({ mutationFn: () => editing.save(), onSuccess: () => tell(text.saved), onError: failed });
  const keepMine = useMutation({
    mutationFn: () => editing.save(theirs.revision),
    onSuccess: () => tell(text.keptMine),
    onError: failed,
  });
  const publish = useMutation({
    mutationFn: async () => (isDirty || !draft ? editing.save() : draft),
    onSuccess: onPublish,
    onError: failed,
  });
  const discard = useAct(() => discardDraft(of), { done: text.discarded, rereads: 'mapping-draft' });

  if (isOvertaken)
    return (
      <Overtaken
        by={draft ? nameOf(draft.savedBy) : ''}
        draft={draft}
        theirs={theirs.mapping}
        mine={content}
        isSaving={keepMine.isPending}
        onTakeTheirs={editing.takeTheirs}
        onKeepMine={() => keepMine.mutate()}
      />
    );
  return (
    <Group justify="space-between">
      <Stack gap={2}>
        <Text>{version === null ? text.isUsual : text.inForce(version)}</Text>
        <Text size="sm" c="dimmed" component="output">
          {draft && (
            <>
              {text.draftBy(nameOf(draft.savedBy))} <Moment at={draft.savedAt} />.{' '}
            </>
          )}
          {isDirty && text.unsaved}
        </Text>
      </Stack>
      <Group gap="xs">
        {isDirty && (
          <Button variant="subtle" color="gray" onClick={editing.undo}>
            {text.undo}
          </Button>
        )}
        {draft && !isDirty && (
          <Button variant="subtle" color="gray" onClick={asking.open}>
            {text.discard}
          </Button>
        )}
        <Button variant="default" disabled={!isDirty} loading={save.isPending} onClick={() => save.mutate()}>
          {text.save}
        </Button>
        <Button disabled={!isDirty && !draft && version !== null} loading={publish.isPending} onClick={() => publish.mutate()}>
          {text.publish}
        </Button>
      </Group>
      <Confirm
        opened={isAsking}
        title={text.discard}
        onClose={asking.close}
        isPending={discard.isPending}
        onConfirm={() => discard.mutate(undefined, { onSuccess: asking.close })}
      >
        {text.discardWhy}
      </Confirm>
    </Group>
  );
}
