import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useAct } from '../../act.ts';
import { answerOf, api } from '../../api/client.ts';
import { words } from '../../words/index.ts';

const said = words.health.anomalies;
const titles = { confirmed: said.confirm, dismissed: said.dismiss };
const hints = { confirmed: said.confirmHint, dismissed: said.dismissHint };

export function DecideForm({
  anomalyId,
  decision,
  onClose,
}: {
  anomalyId: string;
  decision: 'confirmed' | 'dismissed';
  onClose: () => void;
}) {
  const form = useForm({
    initialValues: { reason: '' },
    validate: { reason: (value) => (value.trim() === '' ? said.sayIt : null) },
  });
  const decide = useAct(
    async () => {
      const body = { decision, reason: form.getValues().reason.trim() };
      await answerOf(api.POST('/v1/anomalies/{anomalyId}/decide', { params: { path: { anomalyId } }, body }));
      onClose();
    },
    { done: said.decided, rereads: 'anomalies' },
  );
  return (
    <Modal opened onClose={onClose} title={titles[decision]} closeButtonProps={{ 'aria-label': said.cancel }}>
      <form onSubmit={form.onSubmit(() => decide.mutate())} noValidate>
        <Stack gap="sm">
          <Text>{hints[decision]}</Text>
          <Textarea
            label={said.reason}
            withAsterisk
            data-autofocus
            autosize
            minRows={2}
            maxLength={280}
            {...form.getInputProps('reason')}
          />
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              {said.cancel}
            </Button>
            <Button type="submit" loading={decide.isPending}>
              {titles[decision]}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
