import { Alert, Anchor, Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { Page } from '../../parts/Page.tsx';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { CancelSetup } from './CancelSetup.tsx';
import { LiveLine } from './LiveLine.tsx';
import { StepList } from './StepList.tsx';
import { useProgress, type Progress } from './use-progress.ts';
import { nameOf } from './use-step.ts';

const texts = words.connect.setup;

/** The six steps of one connection. Everything on the page is the server's: whoever opens it goes on from there. */
export function Setup() {
  const { connectionId } = useParams({ from: '/signed-in/connections/$connectionId/setup' });
  const session = useSession();
  const { query: progress, live } = useProgress(connectionId);
  const connection = useQuery({
    queryKey: ['connection', connectionId],
    queryFn: () => answerOf(api.GET('/v1/connections/{connectionId}', { params: { path: { connectionId } } })),
    enabled: progress.data?.cancelled !== true,
  });
  const providerKey = connection.data?.provider.key;
  const provider = useQuery({
    queryKey: ['provider', providerKey],
    queryFn: () => answerOf(api.GET('/v1/providers/{providerKey}', { params: { path: { providerKey: providerKey! } } })),
    enabled: providerKey !== undefined,
    staleTime: 60_000,
  });
  useTellOfOthers(progress.data, session.user?.id);
  const asked = [progress, connection, provider];
  const shown = {
    isPending: asked.some(({ isPending }) => isPending),
    // What was once read stays on the page while it cannot be read anew: the line above says that it may be old.
    error: asked.find(({ data, error }) => error && data === undefined)?.error,
    refetch: () => asked.forEach(({ error, refetch }) => error && void refetch()),
  };

  if (progress.data?.cancelled) return <Page title={texts.cancelled}>{() => <Ended title={texts.cancelledMore} />}</Page>;
  return (
    <Page
      title={connection.data ? texts.title(connection.data.label) : words.connect.title}
      aside={progress.data?.next && may(session, 'connection.onboard') && <CancelSetup connectionId={connectionId} />}
      of={shown}
    >
      {() => (
        <Stack gap="md" maw={800}>
          <LiveLine live={live} />
          {progress.data!.next === null && <Launched connectionId={connectionId} />}
          <StepList progress={progress.data!} connection={connection.data!} provider={provider.data!} />
        </Stack>
      )}
    </Page>
  );
}

/** A form that one was filling in goes away when another person has confirmed its step: they are told why. */
function useTellOfOthers(progress: Progress | undefined, ownId: string | undefined): void {
  const seen = useRef<number>(undefined);
  useEffect(() => {
    if (!progress) return;
    const { confirmed } = progress;
    const [before, last] = [seen.current, confirmed.at(-1)];
    seen.current = confirmed.length;
    if (before === undefined || confirmed.length <= before || !last || last.by === ownId) return;
    notifications.show({ message: texts.someoneElseDid(nameOf(progress, last.by), words.connect.steps[last.step].title) });
  }, [progress, ownId]);
}

function Launched({ connectionId }: { connectionId: string }) {
  return (
    <Alert color="green" icon={<IconCircleCheck aria-hidden />} title={texts.finished}>
      <Text size="sm">{texts.finishedMore}</Text>
      <Anchor renderRoot={(props) => <Link to="/connections/$connectionId" params={{ connectionId }} {...props} />} size="sm">
        {texts.toConnection}
      </Anchor>
    </Alert>
  );
}

function Ended({ title }: { title: string }) {
  return (
    <Group>
      <Text>{title}</Text>
      <Anchor renderRoot={(props) => <Link to="/connections" {...props} />}>{texts.toConnections}</Anchor>
    </Group>
  );
}
