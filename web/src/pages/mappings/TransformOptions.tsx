import { Checkbox, Select, TextInput } from '@mantine/core';
import { words } from '../../words/index.ts';
import type { Target, Transform } from './content.ts';
import type { Direction } from './queries.ts';
import { PathInput, type SourceField } from './SourceInput.tsx';
import { WordList } from './WordList.tsx';

const text = words.mappings;

/** What can be said about one kind of reading. What only reads is not offered where a mapping writes. */
export function TransformOptions({
  target,
  direction,
  transform,
  fields,
  onChange,
}: {
  target: Target;
  direction: Direction;
  transform: Transform;
  fields: SourceField[];
  onChange: (transform: Transform) => void;
}) {
  const reads = direction === 'in';
  switch (transform.kind) {
    case 'integer':
      return null;
    case 'text':
      return (
        <>
          <Flag label={text.trim} is={transform.trim} onChange={(trim) => onChange(withOption(transform, 'trim', trim))} />
          <Select
            label={text.letters}
            placeholder={text.asTheyAre}
            data={Object.entries(text.letterCases).map(([value, label]) => ({ value, label }))}
            value={transform.case ?? null}
            onChange={(value) => onChange(withOption(transform, 'case', value))}
            clearable
            clearButtonProps={{ 'aria-label': text.asTheyAre }}
          />
        </>
      );
    case 'decimal':
    case 'money': {
      const flags = reads ? (['absolute', 'decimalComma', 'thousands'] as const) : (['decimalComma'] as const);
      return (
        <>
          {transform.kind === 'money' && (
            <>
              <PathInput
                label={text.currencyFrom}
                isLabelShown
                value={transform.currency.source ?? ''}
                fields={fields}
                onChange={(path) => onChange({ ...transform, currency: withOption(transform.currency, 'source', path) })}
              />
              <TextInput
                label={text.currencyFixed}
                value={transform.currency.fixed ?? ''}
                maxLength={3}
                onChange={({ currentTarget: { value } }) =>
                  onChange({
                    ...transform,
                    currency: withOption(transform.currency, 'fixed', value.toUpperCase()),
                  })
                }
              />
            </>
          )}
          {flags.map((flag) => (
            <Flag
              key={flag}
              label={text[flag]}
              is={transform[flag]}
              onChange={(is) => onChange(withOption(transform, flag, is))}
            />
          ))}
        </>
      );
    }
    case 'timestamp':
    case 'day':
      return (
        <>
          {reads && (
            <TextInput
              label={text.zone}
              description={text.zoneHint}
              value={transform.zone ?? ''}
              maxLength={60}
              onChange={({ currentTarget: { value } }) => onChange(withOption(transform, 'zone', value))}
            />
          )}
          <Select
            label={text.epoch}
            placeholder={text.notNumbers}
            data={Object.entries(text.epochs).map(([value, label]) => ({ value, label }))}
            value={transform.epoch ?? null}
            onChange={(value) => onChange(withOption(transform, 'epoch', value))}
            clearable
            clearButtonProps={{ 'aria-label': text.notNumbers }}
          />
        </>
      );
    case 'phone':
      return (
        <TextInput
          label={text.country}
          description={text.countryHint}
          value={transform.country ?? ''}
          maxLength={2}
          onChange={({ currentTarget: { value } }) => onChange(withOption(transform, 'country', value.toUpperCase()))}
        />
      );
    case 'enum':
      return <WordList values={target.values} transform={transform} onChange={onChange} />;
  }
}

/** What is empty is not said at all. */
function withOption<T extends object>(thing: T, option: string, value: string | boolean | null): T {
  const { [option as keyof T]: _, ...rest } = thing;
  return (value ? { ...rest, [option]: value } : rest) as T;
}

function Flag({ label, is, onChange }: { label: string; is: boolean | undefined; onChange: (is: boolean) => void }) {
  return <Checkbox label={label} checked={is ?? false} onChange={({ currentTarget: { checked } }) => onChange(checked)} />;
}
