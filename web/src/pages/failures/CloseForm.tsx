import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';
import type { Target } from './queries.ts';
import { useClose } from './use-close.tsx';

const noteMax = 280;

/** Resolve or ignore, with what stands beside it in the audit log. */
export function CloseForm({
  target,
  how,
  onClose,
  onDone,
}: {
  target: Target;
  how: 'resolve' | 'ignore';
  onClose: () => void;
  onDone: () => void;
}) {
  const { title, what, note } = words.failures.closing[how];
  const close = useClose(target, how, () => {
    onClose();
    onDone();
  });
  const form = useForm({
    initialValues: { note: '' },
    validate: { note: (value) => (value.trim() === '' ? words.failures.noteMissing : null) },
  });
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': words.failures.cancel }}>
      <form onSubmit={form.onSubmit((values) => close.mutate(values.note.trim()))} noValidate>
        <Stack gap="sm">
          <Text>{what(target.items)}</Text>
          <Textarea
            label={note}
            description={words.failures.noteHint}
            withAsterisk
            data-autofocus
            autosize
            minRows={2}
            maxLength={noteMax}
            {...form.getInputProps('note')}
          />
          {close.error && <ProblemNotice error={close.error} />}
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              {words.failures.cancel}
            </Button>
            <Button type="submit" loading={close.isPending}>
              {title}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
