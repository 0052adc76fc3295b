import { Alert, Anchor, Grid, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Facts } from '../../parts/Facts.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { Page } from '../../parts/Page.tsx';
import { State } from '../../parts/State.tsx';
import { words } from '../../words/index.ts';
import { connectionQuery } from '../connection/queries.ts';
import { Answers } from './Answers.tsx';
import { ByHand } from './ByHand.tsx';
import { IncidentState } from './IncidentCard.tsx';
import { LadderStory } from './LadderStory.tsx';
import { incidentQuery, type IncidentDetail } from './queries.ts';
import { WhatClientReads } from './WhatClientReads.tsx';

/** One incident: what happened, who was told, what can be done, and what the client reads of it. */
export function Incident() {
  const { incidentId } = useParams({ from: '/signed-in/incidents/$incidentId' });
  const query = useQuery(incidentQuery(incidentId));
  const incident = query.data;
  return (
    <>
      <Anchor renderRoot={(props) => <Link to="/incidents" {...props} />} size="sm">
        ← {words.incidents.back}
      </Anchor>
      <Page title={words.incidents.one} of={query}>
        {() => (
          <Stack gap="lg">
            <About incident={incident!} />
            <Grid gap="lg">
              <Grid.Col span={{ base: 12, md: 6 }}>
                <LadderStory incident={incident!} />
              </Grid.Col>
              <Grid.Col span={{ base: 12, md: 6 }}>
                <Stack gap="lg">
                  <WhatClientReads incident={incident!} />
                  <ByHand incident={incident!} />
                </Stack>
              </Grid.Col>
            </Grid>
          </Stack>
        )}
      </Page>
    </>
  );
}

function About({ incident }: { incident: IncidentDetail }) {
  const { sentence, cause, openedAt, repeats, reopened, flappingSince, connectionId, workflow } = incident;
  const { data: connection } = useQuery(connectionQuery(connectionId));
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <Group gap="xs">
          <IncidentState incident={incident} />
          <Text size="sm" c="dimmed">
            <Moment at={openedAt} /> · {words.incidents.repeats(repeats)}
          </Text>
        </Group>
        <Title order={2} size="h4">
          {sentence}
        </Title>
        {flappingSince ? (
          <Alert variant="light" color="orange">
            {words.incidents.flapping}
          </Alert>
        ) : (
          reopened > 0 && <Text>{words.incidents.reopened(reopened)}</Text>
        )}
        <Facts
          facts={[
            [words.incidents.cause, words.incidents.causes[cause]],
            [
              words.incidents.connection,
              connection && (
                <Group gap="xs">
                  <Anchor renderRoot={(props) => <Link to="/connections/$connectionId" params={{ connectionId }} {...props} />}>
                    {connection.label}
                  </Anchor>
                  <State state={connection.state} />
                </Group>
              ),
            ],
            [
              words.incidents.workflow,
              <Anchor key="workflow" href={workflow.url}>
                {workflow.id}
              </Anchor>,
            ],
          ]}
        />
        <Answers incident={incident} />
      </Stack>
    </Paper>
  );
}
