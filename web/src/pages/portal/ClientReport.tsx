import { Card, Group, Stack, Text, Title } from '@mantine/core';
import type { Schemas } from '../../api/client.ts';
import { words } from '../../words/index.ts';
import { amount, day, days, month } from './said.ts';

type Report = Pick<Schemas['PublishedReport'], 'kind' | 'from' | 'until' | 'completeness' | 'lines'>;

export const reportTitle = ({ kind, from, until }: Pick<Report, 'kind' | 'from' | 'until'>) =>
  kind === 'month' ? month(from) : words.portal.week(days(from, until));

/** A report as a client sees it; the console shows drafts by the same. */
export function ClientReport({ report }: { report: Report }) {
  return (
    <Card withBorder component="article">
      <Title order={3} size="h5">
        {reportTitle(report)}
      </Title>
      {report.completeness && (
        <Text size="sm" c="dimmed">
          {words.portal.completeness(report.completeness)}
        </Text>
      )}
      <Stack gap="sm" mt="sm">
        {report.lines.map((line) => (
          <Line key={`${line.sourceLabel} ${line.title}`} line={line} />
        ))}
        {report.lines.length === 0 && <Text size="sm">{words.portal.noLines}</Text>}
      </Stack>
    </Card>
  );
}

function Line({ line }: { line: Schemas['ReportLine'] }) {
  const { title, sourceLabel, unit, value, previous, baseline, leftOut, enteredByPerson, correction } = line;
  const more = [
    sourceLabel,
    previous !== null && words.portal.previous(amount(previous)),
    baseline && words.portal.baseline(amount(baseline.value), day(baseline.date)),
    leftOut > 0 && words.portal.leftOut(leftOut),
    enteredByPerson && words.portal.enteredByPerson,
    correction && words.portal.corrected(day(correction.date), correction.valueBefore && amount(correction.valueBefore)),
  ].filter(Boolean);
  return (
    <div>
      <Group justify="space-between" align="baseline" gap="xs">
        <Text>{title}</Text>
        <Text fw={700}>{value === null ? words.portal.noValue : `${amount(value)} ${unit}`}</Text>
      </Group>
      <Text size="sm" c="dimmed">
        {more.join(' · ')}
      </Text>
    </div>
  );
}
