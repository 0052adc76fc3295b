import { SegmentedControl, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Empty } from '../../parts/Empty.tsx';
import { words } from '../../words/index.ts';
import { ProviderTable } from './ProviderTable.tsx';
import { providersQuery, ratesQuery, summariesQuery, windowOf } from './queries.ts';
import { Shown } from './Shown.tsx';

const periods = [7, 30, 90];

/** What went well and what failed, by provider, over the days that the address says. */
export function Providers({ companyId }: { companyId: string }) {
  const { days } = useSearch({ from: '/signed-in/health' });
  const navigate = useNavigate({ from: '/health' });
  const chosen = days && periods.includes(days) ? days : 30;
  const window = windowOf(chosen);
  const rates = useQuery(ratesQuery(companyId, window));
  const summaries = useQuery(summariesQuery(companyId, window));
  const providers = useQuery(providersQuery);
  const labels = new Map(providers.data?.items.map(({ key, label }) => [key, label]));
  return (
    <Stack gap="md">
      <SegmentedControl
        aria-label={words.health.period}
        w="fit-content"
        value={String(chosen)}
        data={periods.map((value) => ({ value: String(value), label: words.health.days(value) }))}
        onChange={(value) => void navigate({ search: (before) => ({ ...before, days: Number(value) }), replace: true })}
      />
      <Shown of={[rates, summaries]}>
        {() =>
          rates.data!.providers.length === 0 ? (
            <Empty title={words.health.providers.empty} more={words.health.providers.emptyMore} />
          ) : (
            <Stack gap="xs">
              <ProviderTable
                rates={rates.data!}
                summaries={summaries.data!.items}
                window={window}
                nameOf={(key) => labels.get(key) ?? key}
              />
              <Text size="sm" c="dimmed">
                {words.health.providers.hint}
              </Text>
            </Stack>
          )
        }
      </Shown>
    </Stack>
  );
}
