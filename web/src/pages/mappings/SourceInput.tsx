import { Autocomplete, Group, Select, Stack, TagsInput, Text, Textarea, TextInput } from '@mantine/core';
import type { Schemas } from '../../api/client.ts';
import { words } from '../../words/index.ts';
import { constantOf, modeOf, type Mode, type Source, type Target } from './content.ts';
import { fieldName } from './describe.ts';
import type { Direction } from './queries.ts';

const text = words.mappings;
export type SourceField = Pick<Schemas['SourceField'], 'path' | 'type' | 'state' | 'mappedTo'> & {
  /** Its value in the record that is looked at, for those who may see it. */
  sample?: string;
};

/** Where a field's value comes from: one field, several in a row, a formula, the same for all, or nothing. */
export function SourceInput({
  target,
  direction,
  source,
  fields,
  onChange,
}: {
  target: Target;
  direction: Direction;
  source: Source | undefined;
  fields: SourceField[];
  onChange: (source: Source | null) => void;
}) {
  const name = fieldName(target.name);
  const mode = modeOf(source);
  const modes: Mode[] = direction === 'out' ? ['field', 'nothing'] : ['field', 'joined', 'expression', 'constant', 'nothing'];
  return (
    <Stack gap="xs">
      <Select
        aria-label={text.of(name, text.source)}
        data={modes.map((value) => ({ value, label: text.modes[value] }))}
        value={mode}
        onChange={(chosen) => chosen && chosen !== mode && onChange(startOf(chosen, source, target))}
        allowDeselect={false}
      />
      {mode === 'field' && (
        <PathInput
          label={text.of(name, direction === 'out' ? text.fieldOfOurs : text.fieldOfProvider)}
          value={source as string}
          fields={fields}
          onChange={onChange}
        />
      )}
      {mode === 'joined' && <Joined name={name} source={source as Joining} fields={fields} onChange={onChange} />}
      {mode === 'expression' && (
        <Textarea
          aria-label={text.of(name, text.formula)}
          description={text.formulaHint}
          value={(source as { expression: string }).expression}
          onChange={({ currentTarget: { value } }) => onChange({ expression: value })}
          autosize
          minRows={2}
          maxLength={2_000}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        />
      )}
      {mode === 'constant' && (
        <Constant
          label={text.of(name, text.constant)}
          values={target.values}
          value={constantOf((source as { expression: string }).expression)!}
          onChange={(value) => onChange({ expression: JSON.stringify(value) })}
        />
      )}
    </Stack>
  );
}

type Joining = { paths: string[]; separator: string };

/** A place where the person goes on from: what they had is kept where it fits. */
function startOf(mode: Mode, before: Source | undefined, { name, values }: Target): Source | null {
  const paths = typeof before === 'string' ? [before] : before && 'paths' in before ? before.paths : [];
  switch (mode) {
    case 'nothing':
      return null;
    case 'field':
      return paths[0] ?? '';
    case 'joined':
      return { paths, separator: ' ' };
    case 'expression':
      return { expression: paths.join(' & ') || name };
    case 'constant':
      return { expression: JSON.stringify(values?.[0] ?? '') };
  }
}

function Joined({
  name,
  source,
  fields,
  onChange,
}: {
  name: string;
  source: Joining;
  fields: SourceField[];
  onChange: (source: Source) => void;
}) {
  return (
    <Group align="start" gap="xs" wrap="nowrap">
      <TagsInput
        label={text.joinedFields}
        aria-label={text.of(name, text.joinedFields)}
        data={fields.map(({ path }) => path)}
        limit={50}
        maxTags={10}
        value={source.paths}
        onChange={(paths) => onChange({ ...source, paths })}
        flex={1}
      />
      <TextInput
        label={text.separator}
        aria-label={text.of(name, text.separator)}
        value={source.separator}
        maxLength={10}
        onChange={({ currentTarget: { value } }) => onChange({ ...source, separator: value })}
        w={110}
      />
    </Group>
  );
}

function Constant({
  label,
  values,
  value,
  onChange,
}: {
  label: string;
  values: string[] | null;
  value: string;
  onChange: (value: string) => void;
}) {
  if (values)
    return (
      <Select aria-label={label} data={values} value={value} onChange={(one) => one && onChange(one)} allowDeselect={false} />
    );
  return <TextInput aria-label={label} value={value} maxLength={255} onChange={(event) => onChange(event.currentTarget.value)} />;
}

/** A field by its path: those that are known are offered with their kind, another may be typed. */
export function PathInput({
  label,
  value,
  fields,
  onChange,
  isLabelShown = false,
}: {
  label: string;
  value: string;
  fields: SourceField[];
  onChange: (path: string) => void;
  isLabelShown?: boolean;
}) {
  const known = new Map(fields.map((field) => [field.path, field]));
  const lost = known.get(value)?.state ?? 'present';
  return (
    <Autocomplete
      {...(isLabelShown ? { label } : { 'aria-label': label })}
      data={fields.map(({ path }) => path)}
      limit={50}
      value={value}
      onChange={onChange}
      error={lost === 'present' ? undefined : text.sourceStates[lost]}
      comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
      renderOption={({ option }) => <Offered field={known.get(option.value)!} />}
    />
  );
}

function Offered({ field: { path, type, state, mappedTo, sample } }: { field: SourceField }) {
  const facts = [sample, text.sourceTypes[type], text.sourceStates[state], mappedTo && text.usedFor(fieldName(mappedTo))];
  return (
    <div>
      <Text size="sm">{path}</Text>
      <Text size="xs" c="dimmed">
        {facts.filter(Boolean).join(' · ')}
      </Text>
    </div>
  );
}
