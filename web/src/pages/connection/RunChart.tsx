import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';
import { Card, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { locale, words } from '../../words/index.ts';
import { runDaysQuery } from './queries.ts';

const said = words.connection.runs;
const dayNames = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', timeZone: 'UTC' });

/** What the runs of each day took over. The sentence below says the same to who does not see it. */
export function RunChart({ connectionId }: { connectionId: string }) {
  const { data, error, refetch } = useQuery(runDaysQuery(connectionId));
  if (error && !data) return <ProblemNotice error={error} again={() => void refetch()} />;
  if (!data) return <Loading />;
  const { items } = data;
  const total = (of: (day: (typeof items)[number]) => number) => items.reduce((so, day) => so + of(day), 0);
  const whole = {
    succeeded: total((day) => day.succeeded),
    failed: total((day) => day.failed),
    created: total(({ records }) => records.created),
    updated: total(({ records }) => records.updated),
    failedRecords: total(({ records }) => records.failed),
  };
  return (
    <Card component="section" aria-label={said.chart(items.length)}>
      <Title order={2} size="h5">
        {said.chart(items.length)}
      </Title>
      <Text size="sm" mb="sm">
        {said.whole(whole)}
      </Text>
      <div aria-hidden>
        <BarChart
          h={180}
          data={items.map(({ day, records }) => ({ day: dayNames.format(new Date(day)), ...records }))}
          dataKey="day"
          type="stacked"
          withLegend
          yAxisProps={{ allowDecimals: false }}
          barChartProps={{ accessibilityLayer: false }}
          series={[
            { name: 'created', label: said.created, color: 'harbor.7' },
            { name: 'updated', label: said.updated, color: 'harbor.4' },
            { name: 'failed', label: said.failed, color: 'red.7' },
          ]}
        />
      </div>
    </Card>
  );
}
