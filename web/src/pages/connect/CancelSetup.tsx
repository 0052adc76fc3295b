import { Alert, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { answerOf, api } from '../../api/client.ts';
import { words } from '../../words/index.ts';
import { errorsAt } from './form-errors.ts';

const texts = words.connect.cancel;

/** Takes the whole setup back, after saying what that means. */
export function CancelSetup({ connectionId }: { connectionId: string }) {
  const [isOpen, { open, close }] = useDisclosure();
  const navigate = useNavigate();
  const client = useQueryClient();
  const form = useForm({ initialValues: { reason: '' } });
  const cancel = useMutation({
    mutationFn: (body: { reason: string }) =>
      answerOf(api.POST('/v1/connections/{connectionId}/onboarding/cancel', { params: { path: { connectionId } }, body })),
    async onSuccess() {
      notifications.show({ title: words.problem.done, message: texts.done, color: 'green' });
      await navigate({ to: '/connections' });
      await client.invalidateQueries({ queryKey: ['connections'] });
    },
    onError: (error) => form.setErrors(errorsAt(error, ['reason']) ?? {}),
  });
  return (
    <>
      <Button variant="default" size="xs" onClick={open}>
        {texts.open}
      </Button>
      <Modal opened={isOpen} onClose={close} title={texts.title} closeButtonProps={{ 'aria-label': texts.keep }}>
        <form noValidate onSubmit={form.onSubmit((values) => cancel.mutate(values))}>
          <Stack gap="md">
            <Text size="sm">{texts.more}</Text>
            <TextInput label={texts.reason} withAsterisk data-autofocus {...form.getInputProps('reason')} />
            {cancel.error && !errorsAt(cancel.error, ['reason']) && (
              <Alert role="alert" color="red" title={words.problem.failed}>
                {cancel.error.message}
              </Alert>
            )}
            <Group justify="end">
              <Button variant="default" onClick={close}>
                {texts.keep}
              </Button>
              <Button type="submit" color="red" loading={cancel.isPending}>
                {texts.submit}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
