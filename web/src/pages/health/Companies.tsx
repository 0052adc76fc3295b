import { Badge, Card, Group, List, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '../../api/client.ts';
import { Empty } from '../../parts/Empty.tsx';
import { words } from '../../words/index.ts';
import { rollUpQuery } from './queries.ts';
import { Shown } from './Shown.tsx';

const said = words.health.companies;

/** The company's metrics with those of its franchises, and how complete they are. */
export function Companies({ companyId }: { companyId: string }) {
  const query = useQuery(rollUpQuery(companyId));
  return (
    <Shown of={[query]}>
      {() =>
        query.data!.items.length === 0 ? (
          <Empty title={said.empty} more={said.emptyMore} />
        ) : (
          <Stack gap="sm">
            {query.data!.items.map((rolled) => (
              <RolledUp key={rolled.metric} rolled={rolled} />
            ))}
          </Stack>
        )
      }
    </Shown>
  );
}

function RolledUp({ rolled }: { rolled: Schemas['RollUp'] }) {
  const { title, value, unit, period, reporting, total, sentence, missing } = rolled;
  const isComplete = reporting === total;
  return (
    <Card withBorder component="article">
      <Stack gap="xs">
        <Group justify="space-between" align="start" gap="xs">
          <div>
            <Title order={2} size="h5">
              {title}
            </Title>
            <Text size="sm" c="dimmed">
              {period}
            </Text>
          </div>
          <Badge variant="dot" tt="none" color={isComplete ? 'green' : 'orange'}>
            {isComplete ? said.complete : said.reporting(reporting, total)}
          </Badge>
        </Group>
        {value === null ? (
          <Text c="dimmed">{said.noValue}</Text>
        ) : (
          <Text fz={28} fw={700} lh={1.2}>
            {value} {unit}
          </Text>
        )}
        <Text size="sm">{sentence}</Text>
        {missing.length > 0 && (
          <>
            <Text size="sm" fw={600}>
              {said.missing(total - reporting)}
            </Text>
            <List size="sm">
              {missing.map((company) => (
                <List.Item key={company.companyId}>
                  {company.name}: {company.sentence}
                </List.Item>
              ))}
            </List>
          </>
        )}
      </Stack>
    </Card>
  );
}
