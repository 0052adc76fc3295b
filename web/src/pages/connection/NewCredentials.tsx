import { Button, Group, PasswordInput, Select, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, api, Problem, type Schemas } from '../../api/client.ts';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';

type Way = Schemas['ProviderForms']['auth'][number];
const { commands: said } = words.connection;

/** Entered here, tried with a real call, and never shown again. */
export function NewCredentials({ connectionId, ways, onClose }: { connectionId: string; ways: Way[]; onClose: () => void }) {
  const [way, setWay] = useState(ways[0]!);
  const [values, setValues] = useState<Record<string, string>>({});
  const client = useQueryClient();
  const giving = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/v1/connections/{connectionId}/reauthorize', {
          params: { path: { connectionId } },
          body: { credentials: { kind: way.kind, values } },
        }),
      ),
    onSuccess() {
      notifications.show({ title: words.problem.done, message: said.each.reauthorize.done, color: 'green' });
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['connection'] }),
  });
  const issues = giving.error instanceof Problem ? giving.error.issues : [];
  return (
    <form
      aria-label={said.enter}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        giving.mutate();
      }}
    >
      <Stack gap="sm" mt="md" maw={480}>
        {ways.length > 1 && (
          <Select
            label={said.way}
            data={ways.map(({ kind, label }) => ({ value: kind, label }))}
            value={way.kind}
            onChange={(kind) => {
              setWay(ways.find((each) => each.kind === kind) ?? way);
              setValues({});
            }}
            allowDeselect={false}
          />
        )}
        {fieldsOf(way).map(({ name, label, description, isSecret, isRequired }) => {
          const Input = isSecret ? PasswordInput : TextInput;
          return (
            <Input
              key={`${way.kind}.${name}`}
              label={label}
              description={description}
              value={values[name] ?? ''}
              onChange={({ currentTarget: { value } }) => setValues((before) => ({ ...before, [name]: value }))}
              error={issues.find(({ path }) => path === `credentials.values.${name}`)?.message}
              withAsterisk={isRequired}
              autoComplete="off"
            />
          );
        })}
        {giving.error && issues.length === 0 && <ProblemNotice error={giving.error} />}
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button type="submit" loading={giving.isPending}>
            {said.giveCredentials}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function fieldsOf({ credentials }: Way) {
  const { properties = {}, required = [] } = (credentials ?? {}) as {
    properties?: Record<string, { title?: string; description?: string; writeOnly?: boolean }>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { title = name, description, writeOnly = false }]) => ({
    name,
    label: title,
    description,
    isSecret: writeOnly,
    isRequired: required.includes(name),
  }));
}
