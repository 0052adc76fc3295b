import { Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../../api/client.ts';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';

const texts = words.connect.runs;

/** The records of one run that failed, each with its reason. */
export function RunErrors({ runId }: { runId: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['run-errors', runId],
    queryFn: () => answerOf(api.GET('/v1/runs/{runId}/errors', { params: { path: { runId }, query: { limit: 25 } } })),
  });
  if (error) return <ProblemNotice error={error} again={() => void refetch()} />;
  if (!data || data.items.length === 0) return null;
  return (
    <Stack gap={4}>
      <Table aria-label={texts.errors} layout="fixed" verticalSpacing={4} captionSide="top">
        <Table.Caption ta="left">{data.nextCursor ? texts.moreErrors : texts.errors}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="35%">{texts.record}</Table.Th>
            <Table.Th>{texts.reason}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.items.map(({ id, externalId, sentence }) => (
            <Table.Tr key={id}>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                {externalId ?? (
                  <Text size="sm" c="dimmed" component="span">
                    {texts.unreadable}
                  </Text>
                )}
              </Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{sentence}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}
