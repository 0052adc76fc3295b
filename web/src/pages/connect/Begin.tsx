import { Alert, Anchor, Button, Group, Paper, Select, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answerOf, api, type Schemas } from '../../api/client.ts';
import { Page } from '../../parts/Page.tsx';
import { useOwners } from '../../people.ts';
import { words } from '../../words/index.ts';
import { errorsAt } from './form-errors.ts';
import { emptyValues, fieldsOf, filledValues, type FormValues } from './schema-fields.ts';
import { SchemaForm } from './SchemaForm.tsx';

const texts = words.connect.form;

/** The form that begins: what the connection is for, and the provider's own settings. */
export function Begin({ companyId, providerKey }: { companyId: string; providerKey: string }) {
  const query = useQuery({
    queryKey: ['provider', providerKey],
    queryFn: () => answerOf(api.GET('/v1/providers/{providerKey}', { params: { path: { providerKey } } })),
    staleTime: 60_000,
  });
  return (
    <Page title={query.data ? texts.title(query.data.label) : words.connect.title} of={query}>
      {() => <BeginForm companyId={companyId} provider={query.data!} />}
    </Page>
  );
}

interface Values {
  label: string;
  purpose: string;
  reason: string;
  ownerUserId: string | null;
  settings: FormValues;
}

function BeginForm({ companyId, provider }: { companyId: string; provider: Schemas['ProviderForms'] }) {
  const navigate = useNavigate();
  const owners = useOwners(companyId);
  const fields = fieldsOf(provider.settings);
  // A request whose answer was lost is made again under the same name, and answered as before.
  const [requestName] = useState(() => crypto.randomUUID());
  const form = useForm<Values>({
    initialValues: { label: '', purpose: '', reason: '', ownerUserId: null, settings: emptyValues(fields) },
  });
  const begin = useMutation({
    mutationFn: ({ settings, ...values }: Values) =>
      answerOf(
        api.POST('/v1/companies/{companyId}/connections', {
          params: { path: { companyId }, header: { 'Idempotency-Key': requestName } },
          body: { ...values, providerKey: provider.key, settings: filledValues(settings) },
        }),
      ),
    onSuccess: ({ id }) => navigate({ to: '/connections/$connectionId/setup', params: { connectionId: id } }),
    onError: (error) => form.setErrors(errorsAt(error, names) ?? {}),
  });
  const names = ['label', 'purpose', 'reason', 'ownerUserId', ...fields.map(({ name }) => `settings.${name}`)];
  const isElsewhere = begin.error && !errorsAt(begin.error, names);

  return (
    <Stack maw={640} gap="md">
      <Anchor renderRoot={(props) => <Link to="/connect" search={{}} {...props} />} size="sm">
        {words.connect.back}
      </Anchor>
      <Text c="dimmed">{texts.intro}</Text>
      <Paper withBorder p="lg" component="form" noValidate onSubmit={form.onSubmit((values) => begin.mutate(values))}>
        <Stack gap="md">
          <TextInput label={texts.label} description={texts.labelHint} withAsterisk {...form.getInputProps('label')} />
          <TextInput label={texts.purpose} description={texts.purposeHint} withAsterisk {...form.getInputProps('purpose')} />
          <Textarea label={texts.reason} withAsterisk autosize minRows={2} {...form.getInputProps('reason')} />
          {owners && (
            <Select
              label={texts.owner}
              description={texts.ownerHint}
              data={owners.map(({ id, name }) => ({ value: id, label: name }))}
              clearable
              searchable
              {...form.getInputProps('ownerUserId')}
            />
          )}
          {fields.length > 0 && (
            <>
              <Title order={2} size="h5">
                {texts.settings}
              </Title>
              <SchemaForm fields={fields} form={form} path="settings" />
            </>
          )}
          {isElsewhere && (
            <Alert role="alert" color="red" title={words.problem.failed}>
              {begin.error?.message}
            </Alert>
          )}
          <Group>
            <Button type="submit" loading={begin.isPending}>
              {texts.submit}
            </Button>
          </Group>
        </Stack>
      </Paper>
    </Stack>
  );
}
