import { Button, Checkbox, Collapse, Select, Stack, Text, TextInput, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useId } from 'react';
import { words } from '../../words/index.ts';
import { fitting, startTransform, type FieldMapping, type Target } from './content.ts';
import { describeTransform, fieldName } from './describe.ts';
import type { Direction } from './queries.ts';
import { TransformOptions } from './TransformOptions.tsx';
import type { SourceField } from './SourceInput.tsx';

const text = words.mappings;

/** How a value is read: in one line, and behind it everything that can be said about it. */
export function TransformInput({
  target,
  direction,
  field,
  fields,
  onChange,
}: {
  target: Target;
  direction: Direction;
  field: FieldMapping;
  fields: SourceField[];
  onChange: (field: FieldMapping) => void;
}) {
  const [isOpen, { toggle }] = useDisclosure();
  const id = useId();
  const name = fieldName(target.name);
  const kinds = fitting(target, direction);
  const { transform } = field;
  return (
    <>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        justify="start"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={toggle}
        leftSection={isOpen ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
      >
        <VisuallyHidden>{text.of(name, text.options)}: </VisuallyHidden>
        <Text span size="sm" c="dimmed" truncate>
          {summaryOf(field)}
        </Text>
      </Button>
      <Collapse expanded={isOpen} id={id} keepMounted={false}>
        <Stack gap="xs" pl="sm">
          {kinds.length > 1 && (
            <Select
              label={direction === 'out' ? text.howWritten : text.how}
              data={kinds.map((value) => ({ value, label: text.transforms[value] }))}
              value={transform.kind}
              onChange={(kind) => kind && onChange({ ...field, transform: startTransform(kind) })}
              allowDeselect={false}
            />
          )}
          <TransformOptions
            target={target}
            direction={direction}
            transform={transform}
            fields={fields}
            onChange={(changed) => onChange({ ...field, transform: changed })}
          />
          <TextInput
            label={text.whenEmpty}
            value={field.default ?? ''}
            maxLength={255}
            onChange={({ currentTarget: { value } }) => {
              const { default: _, ...rest } = field;
              onChange(value === '' ? rest : { ...rest, default: value });
            }}
          />
          {!target.required && (
            <Checkbox
              label={direction === 'out' ? text.isRequiredOut : text.isRequired}
              checked={field.required}
              onChange={({ currentTarget: { checked } }) => onChange({ ...field, required: checked })}
            />
          )}
        </Stack>
      </Collapse>
    </>
  );
}

function summaryOf({ transform, default: whenEmpty }: FieldMapping): string {
  const how = transform.kind === 'enum' ? text.wordCount(Object.keys(transform.values).length) : describeTransform(transform);
  return whenEmpty === undefined ? how : `${how} · ${text.ifEmpty(whenEmpty)}`;
}
