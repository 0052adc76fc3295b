import { Button, Checkbox, Group, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, api, Problem, type Schemas } from '../../api/client.ts';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';
import { Described } from './CommandCard.tsx';
import { providerQuery, type ConnectionDetail } from './queries.ts';

type MetricKey = Schemas['ManualValue']['metricKey'];
const { byHand: said, each } = words.connection.commands;

/** A value by hand, while the source cannot deliver it. */
export function ManualValue({ connection }: { connection: ConnectionDetail }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Described
      command="enterManualValue"
      below={isOpen && <ManualValueForm connection={connection} onClose={() => setOpen(false)} />}
    >
      <Button variant="default" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {words.connection.commands.ask(each.enterManualValue.title)}
      </Button>
    </Described>
  );
}

/** The viewer's own day. */
const dayAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toLocaleDateString('sv-SE');

/** The API checks what is entered, and its words stand at the field that is meant. */
function ManualValueForm({ connection, onClose }: { connection: ConnectionDetail; onClose: () => void }) {
  const client = useQueryClient();
  const { data: provider } = useQuery(providerQuery(connection.provider.key));
  const form = useForm({
    initialValues: { metricKey: '', value: '', periodStart: dayAgo(29), periodEnd: dayAgo(0), reason: '', sure: false },
  });
  const entering = useMutation({
    mutationFn: ({ metricKey, ...given }: typeof form.values) =>
      answerOf(
        api.POST('/v1/connections/{connectionId}/manual-values', {
          params: { path: { connectionId: connection.id } },
          body: { ...given, metricKey: metricKey as MetricKey },
        }),
      ),
    onSuccess() {
      notifications.show({ title: words.problem.done, message: each.enterManualValue.done, color: 'green' });
      onClose();
    },
    onError(error) {
      if (error instanceof Problem) form.setErrors(Object.fromEntries(error.issues.map(({ path, message }) => [path, message])));
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['connection'] }),
  });
  const issues = entering.error instanceof Problem ? entering.error.issues : [];
  const isDoubted = issues.some(({ message }) => message.includes('"sure"'));
  return (
    <form aria-label={each.enterManualValue.title} noValidate onSubmit={form.onSubmit((values) => entering.mutate(values))}>
      <Stack gap="sm" mt="md" maw={480}>
        <Select
          label={said.metric}
          data={(provider?.metrics ?? []).map((key) => ({ value: key, label: said.metricName(key) }))}
          withAsterisk
          {...form.getInputProps('metricKey')}
        />
        <TextInput label={said.value} inputMode="decimal" withAsterisk {...form.getInputProps('value')} />
        <Group grow align="start">
          <TextInput type="date" label={said.from} withAsterisk {...form.getInputProps('periodStart')} />
          <TextInput type="date" label={said.until} withAsterisk {...form.getInputProps('periodEnd')} />
        </Group>
        <TextInput label={said.reason} maxLength={280} withAsterisk {...form.getInputProps('reason')} />
        {isDoubted && <Checkbox label={said.sure} {...form.getInputProps('sure', { type: 'checkbox' })} />}
        {entering.error && issues.length === 0 && <ProblemNotice error={entering.error} />}
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button type="submit" loading={entering.isPending}>
            {said.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
