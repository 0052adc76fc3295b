import { Button, Table, Text } from '@mantine/core';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';
import type { usePreview } from './use-preview.ts';

const text = words.mappings;

/** The record of the sample as it came; while it is shown, the choice of fields has its values too. */
export function RawRecord({ of: { raw, isRawShown, setRawShown } }: { of: ReturnType<typeof usePreview> }) {
  return (
    <>
      <Button
        variant="subtle"
        size="compact-sm"
        mt="xs"
        aria-expanded={isRawShown}
        loading={raw.isFetching}
        onClick={() => setRawShown(!isRawShown)}
      >
        {isRawShown ? text.asItCameHide : text.asItCame}
      </Button>
      {isRawShown && raw.error && <ProblemNotice error={raw.error} again={() => void raw.refetch()} />}
      {isRawShown && raw.data && (
        <>
          <Text size="sm" c="dimmed" my="xs">
            {text.asItCameAudited}
          </Text>
          <Table aria-label={text.asItCameTable} layout="fixed">
            <Table.Tbody>
              {[...raw.data].map(([path, value]) => (
                <Table.Tr key={path}>
                  <Table.Th scope="row" fw={500} style={{ overflowWrap: 'anywhere' }}>
                    {path}
                  </Table.Th>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </>
      )}
    </>
  );
}
