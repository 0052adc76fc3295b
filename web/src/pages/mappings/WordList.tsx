import { ActionIcon, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { words } from '../../words/index.ts';
import type { Transform } from './content.ts';

const text = words.mappings;
type Translation = Extract<Transform, { kind: 'enum' }>;

/** Their words, and ours for each. */
export function WordList({
  values,
  transform,
  onChange,
}: {
  /** Where only these of ours are taken. */
  values: string[] | null;
  transform: Translation;
  onChange: (transform: Translation) => void;
}) {
  const pairs = Object.entries(transform.values);
  const change = (changed: [string, string][]) => onChange({ ...transform, values: Object.fromEntries(changed) });
  return (
    <Stack gap={6}>
      {pairs.map(([theirs, ours], index) => (
        // Their word is what is typed: the place in the list stays.
        // oxlint-disable-next-line react/no-array-index-key
        <Group key={index} gap={6} wrap="nowrap">
          <TextInput
            aria-label={`${text.theirWord} ${index + 1}`}
            placeholder={text.theirWord}
            value={theirs}
            maxLength={100}
            // Two that are alike would become one.
            onChange={({ currentTarget: { value } }) => !(value in transform.values) && change(pairs.with(index, [value, ours]))}
            flex={1}
            miw={0}
          />
          <Text span aria-hidden c="dimmed">
            →
          </Text>
          <OurWord
            label={`${text.ourWord} ${index + 1}`}
            values={values}
            value={ours}
            onChange={(value) => change(pairs.with(index, [theirs, value]))}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={text.removeWord(theirs)}
            onClick={() => change(pairs.toSpliced(index, 1))}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      <Button
        variant="default"
        size="xs"
        leftSection={<IconPlus size={14} aria-hidden />}
        disabled={'' in transform.values}
        onClick={() => change([...pairs, ['', values?.[0] ?? '']])}
      >
        {text.addWord}
      </Button>
      <OurWord
        label={text.otherWords}
        isLabelShown
        values={values}
        value={transform.default ?? ''}
        onChange={(value) => {
          const { default: _, ...rest } = transform;
          onChange(value === '' ? rest : { ...rest, default: value });
        }}
      />
    </Stack>
  );
}

function OurWord({
  label,
  isLabelShown = false,
  values,
  value,
  onChange,
}: {
  label: string;
  isLabelShown?: boolean;
  values: string[] | null;
  value: string;
  onChange: (value: string) => void;
}) {
  const named = isLabelShown
    ? { label, placeholder: text.otherWordsRefused }
    : { 'aria-label': label, placeholder: text.ourWord };
  if (!values)
    return (
      <TextInput
        {...named}
        value={value}
        maxLength={100}
        onChange={(event) => onChange(event.currentTarget.value)}
        flex={1}
        miw={0}
      />
    );
  return (
    <Select
      {...named}
      data={values}
      value={value || null}
      onChange={(one) => onChange(one ?? '')}
      clearable={isLabelShown}
      {...(isLabelShown && { clearButtonProps: { 'aria-label': text.otherWordsRefused } })}
      allowDeselect={false}
      flex={1}
      miw={0}
    />
  );
}
