import { NativeSelect, NumberInput } from '@mantine/core';
import { useState } from 'react';
import { words } from '../../../words/index.ts';

const lengths = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 };
type Unit = keyof typeof lengths;
const units = Object.keys(lengths) as Unit[];

/** A length of time in the unit that says it shortest. Left empty it is as usual. */
export function SpanInput({
  label,
  description,
  value,
  usualS,
  error,
  onChange,
}: {
  label: string;
  description?: string;
  /** In seconds. */
  value: number | null;
  usualS?: number;
  error: string | undefined;
  onChange: (seconds: number | null) => void;
}) {
  const [unit, setUnit] = useState(() => largestOf(value ?? usualS ?? lengths.minutes));
  const amountOf = (seconds: number) => Math.round((seconds / lengths[unit]) * 100) / 100;
  const secondsOf = (amount: number, length: number) => Math.max(1, Math.round(amount * length));
  return (
    <NumberInput
      label={label}
      description={description}
      error={error}
      min={0}
      hideControls
      value={value === null ? '' : amountOf(value)}
      placeholder={usualS === undefined ? undefined : String(amountOf(usualS))}
      onChange={(amount) => onChange(typeof amount === 'number' ? secondsOf(amount, lengths[unit]) : null)}
      rightSectionWidth={110}
      rightSection={
        <NativeSelect
          aria-label={words.connection.settings.unitOf(label)}
          variant="unstyled"
          w="100%"
          data={units.map((each) => ({ value: each, label: words.connection.settings.units[each] }))}
          value={unit}
          onChange={({ currentTarget }) => {
            const next = currentTarget.value as Unit;
            setUnit(next);
            // The number that was typed stays; what it counts is another.
            if (value !== null) onChange(secondsOf(amountOf(value), lengths[next]));
          }}
        />
      }
    />
  );
}

const largestOf = (seconds: number): Unit => units.findLast((unit) => seconds % lengths[unit] === 0) ?? 'seconds';
