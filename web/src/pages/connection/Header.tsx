import { Anchor, Card, Group, Stack, Text } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Moment } from '../../parts/Moment.tsx';
import { Sentence } from '../../parts/Sentence.tsx';
import { State } from '../../parts/State.tsx';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { Facts } from './Facts.tsx';
import type { ConnectionDetail } from './queries.ts';

const said = words.connection;

/** How it is, and what somebody does next. */
export function Header({ connection }: { connection: ConnectionDetail }) {
  const { id, provider, state, stateReason, stateChangedAt, nextAction, freshness, lastSuccessAt, owner, circuit, workflow } =
    connection;
  const session = useSession();
  return (
    <Card component="section" aria-label={said.how} mb="md">
      <Stack gap="sm">
        <Group justify="space-between" align="start">
          <Stack gap={4}>
            <Group gap="sm">
              <State state={state} />
              <Text size="sm" c="dimmed">
                {provider.label} · {said.since} <Moment at={stateChangedAt} />
              </Text>
            </Group>
            {stateReason && <Text size="sm">{stateReason}</Text>}
          </Stack>
          {/* Whom the engine shows its inside. */}
          {may(session, 'connection.sync') && (
            <Anchor href={workflow.url} target="_blank" rel="noreferrer" size="sm">
              {said.workflow} <IconExternalLink size={14} aria-hidden />
            </Anchor>
          )}
        </Group>
        <Facts
          facts={[
            [said.next, state === 'onboarding' && may(session, 'connection.onboard') ? <SetupLink id={id} /> : nextAction],
            [said.lastGood, freshness.sentence ?? (lastSuccessAt ? <Moment at={lastSuccessAt} /> : said.never)],
            [said.owner, owner ? (owner.by === 'duty' ? said.onDuty(owner.name) : owner.name) : said.nobody],
            ...(circuit.state === 'closed'
              ? []
              : [[said.circuit, <Sentence key="circuit">{circuit.sentence}</Sentence>] as const]),
          ]}
        />
      </Stack>
    </Card>
  );
}

function SetupLink({ id }: { id: string }) {
  return (
    <Anchor renderRoot={(props) => <Link to="/connections/$connectionId/setup" params={{ connectionId: id }} {...props} />}>
      {said.goOn}
    </Anchor>
  );
}
