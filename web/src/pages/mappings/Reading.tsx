import { Stack, Table, Text } from '@mantine/core';
import { words } from '../../words/index.ts';
import type { Content } from './content.ts';
import { describeMapping, fieldName } from './describe.ts';

const text = words.mappings;

/** A mapping to be read by those who do not change it. */
export function Reading({ version, content }: { version: number | null; content: Content }) {
  return (
    <Stack gap="sm">
      <Text c="dimmed">{version === null ? text.isUsual : text.inForce(version)}</Text>
      <Table layout="fixed" verticalSpacing="sm" aria-label={text.title}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{text.target}</Table.Th>
            <Table.Th>{text.source}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {Object.entries(describeMapping(content)).map(([name, said]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" fw={500}>
                {fieldName(name)}
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{said}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}
