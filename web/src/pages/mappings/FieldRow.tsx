import { Badge, Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { useId } from 'react';
import { words } from '../../words/index.ts';
import { startField, type Content, type FieldMapping, type Source, type Target } from './content.ts';
import { fieldName } from './describe.ts';
import type { Direction } from './queries.ts';
import { FieldResult, type Seen } from './FieldResult.tsx';
import { SourceInput, type SourceField } from './SourceInput.tsx';
import { TransformInput } from './TransformInput.tsx';

const text = words.mappings;

/** One field that the mapping may fill: what it means, where its value comes from, and what becomes of the sample. */
export function FieldRow({
  target,
  direction,
  content,
  fields,
  issues,
  seen,
  onChange,
}: {
  target: Target;
  direction: Direction;
  content: Content;
  fields: SourceField[];
  issues: string[];
  seen: Seen | null;
  onChange: (field: FieldMapping | null) => void;
}) {
  const id = useId();
  const field = content.fields.find((one) => one.target === target.name);
  const money = field ? undefined : content.fields.find(({ transform }) => transform.kind === 'money');
  const change = (source: Source | null) => {
    if (source === null) return onChange(null);
    onChange(field ? { ...field, source } : startField(target, direction, source));
  };
  return (
    <Paper withBorder p="md" component="section" aria-labelledby={id}>
      <SimpleGrid cols={{ base: 1, md: 3 }} spacing="lg">
        <Stack gap={2}>
          <Group gap="xs">
            <Text fw={600} id={id}>
              {fieldName(target.name)}
            </Text>
            {target.required && (
              <Badge variant="outline" size="sm" tt="none">
                {text.required}
              </Badge>
            )}
          </Group>
          <Text size="sm" c="dimmed">
            {[text.fields[target.name]?.[1], text.kinds[target.kind], !target.isClearable && text.notClearable]
              .filter(Boolean)
              .join(' · ')}
          </Text>
          {issues.map((issue) => (
            <Text key={issue} size="sm" c="var(--mantine-color-error)" role="alert">
              {issue}
            </Text>
          ))}
        </Stack>
        {target.name === 'currency' && money ? (
          <Text size="sm" c="dimmed">
            {text.filledByMoney(fieldName(money.target))}
          </Text>
        ) : (
          <Stack gap={6} miw={0}>
            <SourceInput target={target} direction={direction} source={field?.source} fields={fields} onChange={change} />
            {field && <TransformInput target={target} direction={direction} field={field} fields={fields} onChange={onChange} />}
          </Stack>
        )}
        {seen && <FieldResult name={target.name} field={field} seen={seen} />}
      </SimpleGrid>
    </Paper>
  );
}
