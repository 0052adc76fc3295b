import { Box, Stack, Table, Text } from '@mantine/core';
import { words } from '../words/index.ts';

type Value = string | number | boolean | null | undefined;
type Kind = 'added' | 'removed' | 'changed';

/**
 * Two states of one thing, field by field; what is alike is left out and counted. `changed` names fields that differ although their
 * values look alike, because they are hidden. A side that is `null` was not there,
 * or will not be, and has no column.
 */
export function Diff({
  label,
  before,
  after,
  changed = [],
  nameOf = (field) => field,
}: {
  /** What it is that differs, for readers of screens. */
  label: string;
  before: Readonly<Record<string, Value>> | null;
  after: Readonly<Record<string, Value>> | null;
  changed?: readonly string[];
  nameOf?: (field: string) => string;
}) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const rows = names.flatMap((field) => {
    const [was, is] = [textOf(before?.[field]), textOf(after?.[field])];
    const kind = kindOf(was, is, changed.includes(field));
    return kind ? { field, was, is, kind } : [];
  });
  const alike = names.length - rows.length;
  if (rows.length === 0) return <Text c="dimmed">{words.diff.none}</Text>;
  return (
    <Stack gap="xs">
      <Table aria-label={label} layout="fixed" verticalSpacing="xs" horizontalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="30%">{words.diff.field}</Table.Th>
            {before && <Table.Th>{words.diff.before}</Table.Th>}
            {after && <Table.Th>{words.diff.after}</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ field, was, is, kind }) => (
            <Table.Tr key={field}>
              <Table.Th scope="row" fw={500}>
                {nameOf(field)}
                <Text size="xs" c="dimmed" fw={400}>
                  {words.diff[kind]}
                </Text>
              </Table.Th>
              {before && <Table.Td>{was === null ? <Nothing /> : <Marked as="del">{was}</Marked>}</Table.Td>}
              {after && <Table.Td>{is === null ? <Nothing /> : <Marked as="ins">{is}</Marked>}</Table.Td>}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {alike > 0 && (
        <Text size="sm" c="dimmed">
          {words.diff.alike(alike)}
        </Text>
      )}
    </Stack>
  );
}

const textOf = (value: Value) => (value === null || value === undefined || value === '' ? null : String(value));

function kindOf(was: string | null, is: string | null, isChanged: boolean): Kind | null {
  if (was === is) return isChanged ? 'changed' : null;
  if (was === null) return 'added';
  return is === null ? 'removed' : 'changed';
}

function Marked({ as, children }: { as: 'del' | 'ins'; children: string }) {
  const colour = as === 'del' ? 'red' : 'green';
  return (
    <Box
      component={as}
      bg={`var(--mantine-color-${colour}-light)`}
      px={4}
      bdrs="xs"
      td={as === 'ins' ? 'none' : undefined}
      style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}
    >
      {children}
    </Box>
  );
}

function Nothing() {
  return (
    <Text span c="dimmed" size="sm">
      {words.diff.nothing}
    </Text>
  );
}
