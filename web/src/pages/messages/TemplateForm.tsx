import { Alert, Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answerOf, api, Problem } from '../../api/client.ts';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import type { Template } from './queries.ts';
import { readPreview, TemplatePreview } from './TemplatePreview.tsx';

interface Props {
  companyId: string;
  /** `null` for a new one. */
  template: Template | null;
  onSaved: () => void;
  onNewest: () => void;
}

export function TemplateForm({ companyId, template, onSaved, onNewest }: Props) {
  const session = useSession();
  const client = useQueryClient();
  const mayWrite = may(session, 'template.write');
  const form = useForm({ initialValues: { name: template?.name ?? '', body: template?.body ?? '' } });
  const save = useMutation({
    async mutationFn({ name, body }: { name: string; body: string }) {
      // The text itself says which variables it has.
      const { variables } = await readPreview(companyId, body, {});
      if (!template)
        return answerOf(
          api.POST('/v1/companies/{companyId}/templates', { params: { path: { companyId } }, body: { name, body, variables } }),
        );
      const path = { templateId: template.id };
      return answerOf(
        api.PATCH('/v1/templates/{templateId}', { params: { path }, body: { body, variables, version: template.version } }),
      );
    },
    onSuccess() {
      const message = template ? words.messages.saved : words.messages.created;
      notifications.show({ title: words.problem.done, message, color: 'green' });
      onSaved();
    },
    onError(error) {
      if (error instanceof Problem) form.setErrors(Object.fromEntries(error.issues.map(({ path, message }) => [path, message])));
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['templates'] }),
  });
  const isOfField = save.error instanceof Problem && save.error.issues.length > 0;
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
      <Stack>
        {save.error instanceof Problem && save.error.status === 409 ? (
          <Newer why={save.error.message} onNewest={onNewest} />
        ) : (
          save.error && !isOfField && <ProblemNotice error={save.error} />
        )}
        {!template && (
          <TextInput
            label={words.messages.name}
            description={words.messages.nameHint}
            required
            withAsterisk={false}
            maxLength={120}
            data-autofocus
            {...form.getInputProps('name')}
          />
        )}
        <Textarea
          label={words.messages.body}
          description={words.messages.bodyHint}
          required
          withAsterisk={false}
          autosize
          minRows={4}
          maxLength={1_600}
          readOnly={!mayWrite}
          {...form.getInputProps('body')}
        />
        <TemplatePreview companyId={companyId} body={form.values.body} />
        {mayWrite && (
          <Group justify="end">
            <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
              {words.messages.save}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}

function Newer({ why, onNewest }: { why: string; onNewest: () => void }) {
  return (
    <Alert color="orange" variant="light" title={words.problem.failed}>
      {why}
      <Group mt="sm">
        <Button size="xs" variant="default" onClick={onNewest}>
          {words.messages.takeNewest}
        </Button>
      </Group>
    </Alert>
  );
}
