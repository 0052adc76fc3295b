import { Alert, Button, Group, Select, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, api, type Schemas } from '../../api/client.ts';
import { words } from '../../words/index.ts';
import { errorsAt } from '../connect/form-errors.ts';
import { ClientNote } from '../portal/ClientNote.tsx';
import { AsClient } from './AsClient.tsx';
import { lengthLeft } from './note-length.ts';

type Happened = Schemas['ClientActivity'] & { sourceLabel: string };
interface Props {
  companyId: string;
  happened: Happened[];
  onWritten: (noteId: string) => void;
}

/** Becomes a draft, which its drawer then edits and publishes. */
export function NewNoteForm({ companyId, happened, onWritten }: Props) {
  const client = useQueryClient();
  // A request whose answer was lost is made again under the same name, and answered as before.
  const [requestName, setRequestName] = useState(() => crypto.randomUUID());
  const form = useForm({
    initialValues: { activityId: null as string | null, body: '', action: '', from: '', until: '' },
    onValuesChange: () => setRequestName(crypto.randomUUID()),
  });
  const { activityId, body, action, from, until } = form.values;
  const about = happened.find(({ id }) => id === activityId);
  const write = useMutation({
    mutationFn: ({ connectionId, id }: Happened) =>
      answerOf(
        api.POST('/v1/companies/{companyId}/portal/notes', {
          params: { path: { companyId }, header: { 'Idempotency-Key': requestName } },
          body: {
            connectionId,
            activityId: id,
            body: body.trim(),
            from,
            until,
            ...(action.trim() && { action: action.trim() }),
            publish: false,
          },
        }),
      ),
    async onSuccess({ id }) {
      notifications.show({ title: words.problem.done, message: words.reports.written, color: 'green' });
      await client.invalidateQueries({ queryKey: ['notes'] });
      onWritten(id);
    },
    onError: (error) => form.setErrors(errorsAt(error, Object.keys(form.values)) ?? {}),
  });
  const isElsewhere = write.error && !errorsAt(write.error, Object.keys(form.values));
  const left = lengthLeft(body);
  const isWhole = about && body.trim() !== '' && left >= 0 && from !== '' && until !== '';
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(() => {
        if (about) write.mutate(about);
      })}
    >
      <Stack>
        <Select
          label={words.reports.happened}
          description={words.reports.happenedHint}
          data={happened.map(({ id, sentence, sourceLabel }) => ({ value: id, label: `${sourceLabel}: ${sentence}` }))}
          searchable
          allowDeselect={false}
          data-autofocus
          {...form.getInputProps('activityId')}
          onChange={(id) => {
            const day = happened.find((one) => one.id === id)?.day ?? '';
            form.setValues({ activityId: id, from: day, until: day });
          }}
        />
        <Textarea
          label={words.reports.words}
          description={words.reports.wordsHint(left)}
          autosize
          minRows={3}
          {...form.getInputProps('body')}
        />
        <SimpleGrid cols={2}>
          <TextInput type="date" label={words.reports.from} {...form.getInputProps('from')} />
          <TextInput type="date" label={words.reports.until} {...form.getInputProps('until')} />
        </SimpleGrid>
        <TextInput
          label={words.reports.action}
          description={words.reports.actionHint}
          placeholder={about?.sentence}
          maxLength={200}
          {...form.getInputProps('action')}
        />
        {isElsewhere && (
          <Alert role="alert" color="red" title={words.problem.failed}>
            {write.error?.message}
          </Alert>
        )}
        {isWhole && (
          <AsClient publication="draft">
            <ClientNote
              note={{ body: body.trim(), sourceLabel: about.sourceLabel, from, until, action: action.trim() || about.sentence }}
            />
          </AsClient>
        )}
        <Group justify="end">
          <Button type="submit" loading={write.isPending} disabled={!isWhole}>
            {words.reports.keepDraft}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
