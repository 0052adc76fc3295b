import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { useAct } from '../../act.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { Overtaken } from '../../parts/Overtaken.tsx';
import { StickyBar } from '../../parts/StickyBar.tsx';
import { useNameOf } from '../../people.ts';
import { words } from '../../words/index.ts';
import { describeMapping, fieldName } from './describe.ts';
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
  const choice = useRef<HTMLDivElement>(null);
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

  if (isOvertaken) {
    const title = draft ? text.overtaken(nameOf(draft.savedBy)) : text.overtakenPublished;
    return (
      <>
        <StickyBar>
          <Text>{title}.</Text>
          <Button variant="default" onClick={() => choice.current?.scrollIntoView({ block: 'center' })}>
            {words.editing.look}
          </Button>
        </StickyBar>
        <div ref={choice}>
          <Overtaken
            title={title}
            saved={draft && <SavedAt at={draft.savedAt} />}
            theirs={describeMapping(theirs.mapping)}
            mine={describeMapping(content)}
            nameOf={fieldName}
            isSaving={keepMine.isPending}
            onTakeTheirs={editing.takeTheirs}
            onKeepMine={() => keepMine.mutate()}
          />
        </div>
      </>
    );
  }
  return (
    <StickyBar>
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
    </StickyBar>
  );
}

function SavedAt({ at }: { at: string }) {
  return (
    <>
      {words.editing.saved} <Moment at={at} />.
    </>
  );
}
