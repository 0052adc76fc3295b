import { Alert, Badge, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '../../api/client.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';
import { Facts } from './Facts.tsx';
import { credentialsQuery, type ConnectionDetail } from './queries.ts';
import { SignInAgain } from './SignInAgain.tsx';

type Held = Schemas['HeldCredentials'];
const said = words.connection.credentials;
const colours = { active: 'green', staged: 'blue', lost: 'red' } as const;

/** What the connection signs in with: of which kind and how long it holds, never a value. */
export function Credentials({ connection }: { connection: ConnectionDetail }) {
  const { data, error, refetch } = useQuery(credentialsQuery(connection.id));
  if (!data) return error ? <ProblemNotice error={error} again={() => void refetch()} /> : <Loading />;
  return (
    <Stack gap="md">
      {data.items.length === 0 && <Empty title={said.empty} more={said.emptyMore} />}
      {data.items.map((held) => (
        <HeldCard key={held.id} held={held} />
      ))}
      <Text size="sm" c="dimmed">
        {said.neverShown}
      </Text>
      {connection.commands.includes('reauthorize') && <SignInAgain connection={connection} />}
    </Stack>
  );
}

function HeldCard({ held }: { held: Held }) {
  const { label, standing, scopes, givenAt, expiresAt, renewsItself, renewedAt, nextRenewalAt, lostReason } = held;
  return (
    <Card component="article" aria-label={label}>
      <Group gap="sm" mb="sm">
        <Title order={2} size="h5">
          {label}
        </Title>
        <Badge variant="dot" color={colours[standing]}>
          {said.standings[standing]}
        </Badge>
      </Group>
      {lostReason && (
        <Alert color="red" variant="light" mb="sm">
          {lostReason}
        </Alert>
      )}
      <Facts
        facts={[
          [said.given, <Moment key="given" at={givenAt} />],
          [said.expires, expiresAt ? <Moment at={expiresAt} /> : said.noEnd],
          ...(renewsItself
            ? ([
                [said.renewed, renewedAt ? <Moment at={renewedAt} /> : said.notYet],
                [said.nextRenewal, nextRenewalAt ? <Moment at={nextRenewalAt} /> : said.none],
              ] as const)
            : []),
          [said.scopes, scopes ? scopes.join(', ') : said.noScopes],
        ]}
      />
    </Card>
  );
}
