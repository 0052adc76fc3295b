import { Table, Text } from '@mantine/core';
import type { Schemas } from '../../api/client.ts';
import { Sparkline } from '../../parts/Sparkline.tsx';
import { words } from '../../words/index.ts';
import { daysOf, type Rates } from './queries.ts';

type Summary = Schemas['DaySummary'];
type Row = Rates['total'] & { key: string | null; name: string };
/** As many bars as fit beside the figures; the figures are of all days. */
const barsMax = 30;

const said = words.health.providers;

export function ProviderTable({
  rates,
  summaries,
  window,
  nameOf,
}: {
  rates: Rates;
  summaries: Summary[];
  window: { from: string; to: string };
  nameOf: (key: string) => string;
}) {
  const rows: Row[] = rates.providers.map((provider) => ({
    ...provider,
    key: provider.providerKey,
    name: nameOf(provider.providerKey),
  }));
  if (rows.length > 1) rows.push({ ...rates.total, key: null, name: said.all });
  const days = daysOf(window).slice(-barsMax);
  return (
    <Table.ScrollContainer minWidth={760} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing="sm" aria-label={said.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{said.provider}</Table.Th>
            <Table.Th>{said.runs}</Table.Th>
            <Table.Th>{said.checks}</Table.Th>
            <Table.Th>{said.records}</Table.Th>
            <Table.Th>{said.outages}</Table.Th>
            <Table.Th>{said.daily}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ key, name, runs, checks, records, circuitsOpened }) => {
            const daily = days.map((day) => ({ day, share: shareOn(summaries, key, day) }));
            return (
              <Table.Tr key={name}>
                <Table.Th scope="row">{name}</Table.Th>
                <Rate ok={runs.succeeded} failed={runs.failed} rates={runs} />
                <Rate ok={checks.ok} failed={checks.failed} rates={checks} />
                <Rate ok={records.taken} failed={records.failed} rates={records} />
                <Table.Td>{circuitsOpened}</Table.Td>
                <Table.Td>
                  <Sparkline shares={daily.map(({ share }) => share)} label={said.chart(name, daily)} />
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Rate({
  ok,
  failed,
  rates: { successRate, failureRate },
}: {
  ok: number;
  failed: number;
  rates: { successRate: number | null; failureRate: number | null };
}) {
  return (
    <Table.Td>
      {words.health.percent(successRate)}
      {successRate !== null && (
        <Text size="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          {said.of(ok, failed)}
          {failed > 0 && `, ${said.failed(failureRate)}`}
        </Text>
      )}
    </Table.Td>
  );
}

/** `null`: of all providers. */
function shareOn(summaries: Summary[], key: string | null, day: string): number | null {
  const own = summaries.filter((summary) => summary.day === day && (key === null || summary.providerKey === key));
  const succeeded = own.reduce((sum, { runs }) => sum + runs.succeeded, 0);
  const ended = own.reduce((sum, { runs }) => sum + runs.succeeded + runs.failed, 0);
  return ended === 0 ? null : succeeded / ended;
}
