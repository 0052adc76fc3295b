import { Group, Loader, Stack, Table, Text } from '@mantine/core';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { RunErrors } from './RunErrors.tsx';
import type { StepProps } from './StepList.tsx';
import type { Progress } from './use-progress.ts';

const texts = words.connect.runs;
const names = Object.keys(texts.counts) as (keyof typeof texts.counts)[];

/** What the test run made of each kind of record so far, and why those failed that did. */
export function TestRuns({ runs, provider }: { runs: Progress['testRuns'] } & Pick<StepProps, 'provider'>) {
  const mayRead = may(useSession(), 'failure.read');
  if (runs.length === 0) return null;
  const labelOf = (stream: string) => provider.streams.find(({ key }) => key === stream)?.label ?? stream;
  return (
    <Stack gap="sm">
      <Table.ScrollContainer minWidth={640} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table verticalSpacing="xs" aria-label={words.connect.steps.test_run.title}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{texts.stream}</Table.Th>
              <Table.Th>{texts.state}</Table.Th>
              {names.map((name) => (
                <Table.Th key={name} ta="right">
                  {texts.counts[name]}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {runs.map(({ id, stream, outcome, counts }) => (
              <Table.Tr key={id}>
                <Table.Th scope="row" fw={500}>
                  {labelOf(stream)}
                </Table.Th>
                <Table.Td>{outcome ? texts.outcome[outcome] : <Going />}</Table.Td>
                {names.map((name) => (
                  <Table.Td key={name} ta="right" style={{ fontVariantNumeric: 'tabular-nums' }}>
                    {counts[name]}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="xs" c="dimmed">
        {texts.legend}
      </Text>
      {mayRead &&
        runs.map(({ id, counts, outcome }) => (counts.failed > 0 || outcome === 'failed') && <RunErrors key={id} runId={id} />)}
    </Stack>
  );
}

const Going = () => (
  <Group gap={6} wrap="nowrap">
    <Loader size={12} aria-hidden />
    {texts.going}
  </Group>
);

/** The same as a line, as the confirmed step has it. */
export function CountLine({ counts }: { counts: Record<string, unknown> }) {
  return <Text size="sm">{names.map((name) => `${texts.counts[name]}: ${Number(counts[name] ?? 0)}`).join(' · ')}</Text>;
}
