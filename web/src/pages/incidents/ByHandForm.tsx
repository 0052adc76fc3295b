import { Button, Checkbox, Group, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answerOf, api, Problem, type Schemas } from '../../api/client.ts';
import { useCompany } from '../../company.ts';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';
import { providerQuery } from '../connection/queries.ts';
import { dayIn, endOfDay } from './company-day.ts';

type MetricKey = Schemas['ManualValue']['metricKey'];
const { byHand, metrics } = words.incidents;
/** Whatever shows that a value stands by hand. */
const rereads = ['incidents', 'connection'];

/** What a person says in place of the source. The API checks it, and its words stand at the field that is meant. */
export function ByHandForm({
  connectionId,
  providerKey,
  onClose,
}: {
  connectionId: string;
  providerKey: string;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const { timeZone } = useCompany();
  const { data: provider } = useQuery(providerQuery(providerKey));
  const form = useForm({
    initialValues: {
      metricKey: '',
      value: '',
      periodStart: dayIn(-29, timeZone),
      periodEnd: dayIn(0, timeZone),
      expiresAt: dayIn(7, timeZone),
      reason: '',
      sure: false,
    },
  });
  const enter = useMutation({
    mutationFn: ({ metricKey, expiresAt, ...given }: typeof form.values) =>
      answerOf(
        api.POST('/v1/connections/{connectionId}/manual-values', {
          params: { path: { connectionId } },
          body: {
            ...given,
            metricKey: metricKey as MetricKey,
            ...(expiresAt && { expiresAt: endOfDay(expiresAt, timeZone) }),
          },
        }),
      ),
    onSuccess() {
      notifications.show({ title: words.problem.done, message: byHand.saved, color: 'green' });
      onClose();
    },
    onError(error) {
      if (error instanceof Problem) form.setErrors(Object.fromEntries(error.issues.map(({ path, message }) => [path, message])));
    },
    onSettled: () => Promise.all(rereads.map((name) => client.invalidateQueries({ queryKey: [name] }))),
  });
  const isDoubted = enter.error instanceof Problem && enter.error.issues.some(({ message }) => message.includes('"sure"'));
  const isAtFields = enter.error instanceof Problem && enter.error.issues.length > 0;
  return (
    <form onSubmit={form.onSubmit((values) => enter.mutate(values))} noValidate aria-label={byHand.enter}>
      <Stack gap="sm">
        <Select
          label={byHand.metric}
          data={(provider?.metrics ?? []).map((key) => ({ value: key, label: metrics[key as MetricKey] ?? key }))}
          withAsterisk
          {...form.getInputProps('metricKey')}
        />
        <TextInput label={byHand.value} inputMode="decimal" withAsterisk {...form.getInputProps('value')} />
        <Group grow align="start">
          <TextInput type="date" label={byHand.from} withAsterisk {...form.getInputProps('periodStart')} />
          <TextInput type="date" label={byHand.until} withAsterisk {...form.getInputProps('periodEnd')} />
        </Group>
        <TextInput type="date" label={byHand.expires} description={byHand.expiresHint} {...form.getInputProps('expiresAt')} />
        <TextInput label={byHand.reason} maxLength={280} withAsterisk {...form.getInputProps('reason')} />
        {isDoubted && <Checkbox label={byHand.sure} {...form.getInputProps('sure', { type: 'checkbox' })} />}
        {enter.error && !isAtFields && <ProblemNotice error={enter.error} />}
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {words.incidents.cancel}
          </Button>
          <Button type="submit" loading={enter.isPending}>
            {byHand.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
