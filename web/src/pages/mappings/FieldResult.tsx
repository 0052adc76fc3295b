import { Badge, Box, Stack, Text } from '@mantine/core';
import { words } from '../../words/index.ts';
import { sourceLabel, type FieldMapping } from './content.ts';
import type { Preview } from './queries.ts';

const text = words.mappings;

/** The sample, and the record of it that is looked at. */
export interface Seen {
  preview: Preview;
  record: Preview['records'][number];
}
type Outcome = Preview['records'][number]['after'];

/** What a field becomes: before and after for the chosen record, in how many it is filled, and why not. */
export function FieldResult({
  name,
  field,
  seen: { preview, record },
}: {
  name: string;
  field: FieldMapping | undefined;
  seen: Seen;
}) {
  const isChanged = record.before !== null && record.changed.includes(name);
  const coverage = preview.coverage.find((one) => one.field === name);
  const label = field && sourceLabel(field);
  return (
    <Stack gap={4} miw={0}>
      <Text component="div" size="sm" style={{ overflowWrap: 'anywhere' }}>
        {isChanged && (
          <>
            <Badge size="sm" variant="light" color="blue" autoContrast tt="none" mr={6} c="var(--mantine-color-text)">
              {text.changes}
            </Badge>
            <Box component="del" c="dimmed" mr={6}>
              {valueOf(record.before!, name) ?? text.empty}
            </Box>
          </>
        )}
        <Value outcome={record.after} name={name} isChanged={isChanged} />
      </Text>
      {coverage && (
        <Text size="xs" c="dimmed">
          {text.coverage(coverage.after, preview.records.length)}
          {coverage.before !== null && coverage.before !== coverage.after && ` · ${text.coverageBefore(coverage.before)}`}
        </Text>
      )}
      {preview.errors
        .filter(({ path }) => path === label || path === currencyOf(field))
        .map(({ path, message, records }) => (
          <Text key={message} size="sm" c="var(--mantine-color-error)">
            {text.inRecords(records, `${path} ${message}`)}
          </Text>
        ))}
    </Stack>
  );
}

function Value({ outcome, name, isChanged }: { outcome: Outcome; name: string; isChanged: boolean }) {
  const value = valueOf(outcome, name);
  const shown =
    value === null ? (
      <Text span c="dimmed" size="sm">
        {'issues' in outcome ? text.refused : text.empty}
      </Text>
    ) : (
      value
    );
  if (!isChanged) return shown;
  return (
    <Box component="ins" td="none" fw={600}>
      {shown}
    </Box>
  );
}

const valueOf = (outcome: Outcome, name: string): string | null => {
  const value = 'fields' in outcome ? outcome.fields[name] : null;
  return value === null || value === undefined ? null : String(value);
};

const currencyOf = (field: FieldMapping | undefined) =>
  field?.transform.kind === 'money' ? (field.transform.currency.source ?? 'currency') : undefined;
