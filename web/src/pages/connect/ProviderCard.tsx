import { Anchor, Button, Group, List, Paper, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Schemas } from '../../api/client.ts';
import { words } from '../../words/index.ts';

type Provider = Schemas['Provider'];

/** One provider: what is read, what it takes, and the way in. */
export function ProviderCard({ provider, mayConnect }: { provider: Provider; mayConnect: boolean }) {
  const { key, label, docsUrl, needs, auth, streams, cards, takesWebhooks } = provider;
  const isReady = auth.some((way) => way.isReady);
  const titleId = `provider-${key}`;
  return (
    <Paper component="article" withBorder p="lg" radius="md" aria-labelledby={titleId} h="100%">
      <Stack gap="md" h="100%" justify="space-between">
        <Stack gap="md">
          <Group justify="space-between" align="start" wrap="nowrap">
            <Title order={3} size="h4" id={titleId}>
              {label}
            </Title>
            {mayConnect && isReady && (
              <Button size="xs" renderRoot={(props) => <Link to="/connect" search={{ provider: key }} {...props} />}>
                {words.connect.connectTo(label)}
              </Button>
            )}
          </Group>
          <Facts title={words.connect.reads} items={streams.map((stream) => stream.label)} inOneLine />
          <Facts title={words.connect.feeds} items={cards.map((card) => card.title)} inOneLine />
          <Facts title={words.connect.needs} items={needs} />
          <Facts title={words.connect.ways} items={auth.map(wayWords)} />
          <Text size="sm" c="dimmed">
            {takesWebhooks ? words.connect.webhooks : words.connect.noWebhooks}
          </Text>
          {!isReady && (
            <Text size="sm" fw={500}>
              {words.connect.notReadyAtAll}
            </Text>
          )}
        </Stack>
        <Anchor href={docsUrl} target="_blank" rel="noreferrer" size="sm">
          {words.connect.docs(label)}
        </Anchor>
      </Stack>
    </Paper>
  );
}

function wayWords({ label, atProvider, isReady, scopes }: Provider['auth'][number]): string {
  const way = atProvider ? words.connect.signInThere(label) : words.connect.enteredHere(label);
  if (!isReady) return `${way} ${words.connect.notReady}`;
  return scopes.length === 0 ? way : `${way} ${words.connect.scopes(scopes.join(', '))}`;
}

function Facts({ title, items, inOneLine = false }: { title: string; items: string[]; inOneLine?: boolean }) {
  if (items.length === 0) return null;
  return (
    <div>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      {inOneLine || items.length === 1 ? (
        <Text size="sm">{items.join(', ')}</Text>
      ) : (
        <List size="sm" spacing={2}>
          {items.map((item) => (
            <List.Item key={item}>{item}</List.Item>
          ))}
        </List>
      )}
    </div>
  );
}
