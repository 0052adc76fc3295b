import { Card, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { words } from '../../words/index.ts';
import { Facts } from './Facts.tsx';
import { providerQuery, type ConnectionDetail } from './queries.ts';

const said = words.connection.settings;

/** What was set, the provider's own and ours. */
export function Settings({ connection }: { connection: ConnectionDetail }) {
  const { purpose, reason, provider, webhookUrl, settings = {}, policy, freshness } = connection;
  const { data: forms } = useQuery(providerQuery(provider.key));
  const properties = (forms?.settings['properties'] ?? {}) as Record<string, { title?: string }>;
  const entered = Object.entries(settings).map(([key, value]) => [properties[key]?.title ?? key, textOf(value)] as const);
  const streams = forms?.streams ?? [];
  return (
    <Stack gap="md">
      <Card component="section">
        <Title order={2} size="h5" mb="sm">
          {said.about}
        </Title>
        <Facts
          facts={[[said.purpose, purpose], [said.reason, reason], [said.webhook, webhookUrl ?? said.noWebhook], ...entered]}
        />
      </Card>
      {policy && (
        <Card component="section">
          <Title order={2} size="h5" mb="sm">
            {said.policy}
          </Title>
          <Facts
            facts={[
              ...streams.map(
                ({ key, label, cadenceS }) => [said.cadence(label), said.every(policy.cadenceS[key] ?? cadenceS)] as const,
              ),
              [said.freshWithin, said.within(freshness.freshWithinS)],
              [said.escalate, said.afterFailedRuns(policy.escalateAfterFailedRuns)],
              [
                said.ladder,
                policy.ladder.map(({ tell, acknowledgeWithinMs }) => said.rung(tell, acknowledgeWithinMs)).join(', '),
              ],
            ]}
          />
        </Card>
      )}
    </Stack>
  );
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(', ');
  if (typeof value === 'boolean') return value ? said.yes : said.no;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
