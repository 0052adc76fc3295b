import { Radio, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, api } from '../../../api/client.ts';
import { words } from '../../../words/index.ts';
import { errorsAt } from '../form-errors.ts';
import { emptyValues, fieldsOf, filledValues } from '../schema-fields.ts';
import { SchemaForm } from '../SchemaForm.tsx';
import { StepForm } from '../StepForm.tsx';
import type { StepProps } from '../StepList.tsx';
import { useStep } from '../use-step.ts';

const texts = words.connect.steps.access;
type Way = StepProps['provider']['auth'][number];

/** One of the provider's ways to give access: at the provider, or by what is entered here. */
export function AccessStep(props: StepProps) {
  const ways = props.provider.auth.filter(({ isReady }) => isReady);
  const [kind, setKind] = useState(ways[0]?.kind);
  const way = ways.find((each) => each.kind === kind);
  if (!way) return <Text size="sm">{words.connect.notReadyAtAll}</Text>;
  return (
    <Stack gap="md" mt="xs">
      {ways.length > 1 && (
        <Radio.Group label={texts.way} value={way.kind} onChange={setKind}>
          <Stack gap="xs" mt={6}>
            {ways.map(({ kind: value, label }) => (
              <Radio key={value} value={value} label={label} />
            ))}
          </Stack>
        </Radio.Group>
      )}
      {way.atProvider ? <AtProvider way={way} {...props} /> : <Entered key={way.kind} way={way} {...props} />}
    </Stack>
  );
}

/** In the same window, and back to this very page. */
function AtProvider({ way, connection, progress }: StepProps & { way: Way }) {
  const { id: connectionId } = connection;
  const asking = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/v1/connections/{connectionId}/oauth', {
          params: { path: { connectionId } },
          body: { returnTo: `/connections/${connectionId}/setup` },
        }),
      ),
    onSuccess: ({ url }) => location.assign(url),
  });
  return (
    <StepForm
      progress={progress}
      confirming={asking}
      submit={way.label}
      onSubmit={(event) => {
        event.preventDefault();
        asking.mutate();
      }}
    >
      <Text size="sm">
        {texts.signIn} {way.scopes.length > 0 && words.connect.scopes(way.scopes.join(', '))}
      </Text>
    </StepForm>
  );
}

const path = 'credentials.values';

function Entered({ way, connection, progress }: StepProps & { way: Way }) {
  const fields = fieldsOf(way.credentials ?? {});
  const form = useForm({ initialValues: { credentials: { values: emptyValues(fields) } } });
  const confirming = useStep(connection.id, 'access');
  const names = fields.map(({ name }) => `${path}.${name}`);
  return (
    <StepForm
      progress={progress}
      confirming={confirming}
      submit={texts.submit}
      isToldAtField={errorsAt(confirming.error, names) !== undefined}
      onSubmit={form.onSubmit(({ credentials }) =>
        confirming.mutate(
          { credentials: { kind: way.kind, values: filledValues(credentials.values) as Record<string, string> } },
          { onError: (error) => form.setErrors(errorsAt(error, names) ?? {}) },
        ),
      )}
    >
      <SchemaForm fields={fields} form={form} path={path} />
    </StepForm>
  );
}
