import { Alert, Button, Group, Stack, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answerOf, api, Problem } from '../../api/client.ts';
import { words } from '../../words/index.ts';
import { lengthLeft } from './note-length.ts';

interface Props {
  noteId: string;
  body: string;
  /** What stood when the writing began: the API refuses when it is other words by now. */
  seen: string;
  /** What stands now, as far as the list knows. */
  newest: string;
  onBody: (body: string) => void;
  onSeen: (body: string) => void;
}

export function WordsForm({ noteId, body, seen, newest, onBody, onSeen }: Props) {
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      answerOf(api.PATCH('/v1/notes/{noteId}', { params: { path: { noteId } }, body: { body: body.trim(), was: seen } })),
    onSuccess(saved) {
      onSeen(saved.body);
      notifications.show({ title: words.problem.done, message: words.reports.saved, color: 'green' });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['notes'] }),
  });
  const { error } = save;
  const ofField = error instanceof Problem ? error.issues.find(({ path }) => path === 'body')?.message : undefined;
  const left = lengthLeft(body);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="sm">
        {error && !ofField && (
          <Alert color="orange" variant="light" title={words.problem.failed}>
            {error.message}
            {newest !== seen && (
              <Group mt="sm">
                <Button
                  size="xs"
                  variant="default"
                  onClick={() => {
                    save.reset();
                    onSeen(newest);
                  }}
                >
                  {words.reports.takeNewest}
                </Button>
              </Group>
            )}
          </Alert>
        )}
        <Textarea
          label={words.reports.words}
          description={words.reports.wordsHint(left)}
          error={ofField}
          autosize
          minRows={3}
          value={body}
          onChange={({ currentTarget: { value } }) => onBody(value)}
        />
        <Group justify="end">
          <Button
            type="submit"
            variant="default"
            loading={save.isPending}
            disabled={body === seen || body.trim() === '' || left < 0}
          >
            {words.reports.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
