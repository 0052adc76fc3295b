import { Button, Stack } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';
import { Described } from './CommandCard.tsx';
import { NewCredentials } from './NewCredentials.tsx';
import { providerQuery, type ConnectionDetail } from './queries.ts';

const { commands: said } = words.connection;

/** New credentials: given at the provider where it takes a consent, else entered here. */
export function SignInAgain({ connection }: { connection: ConnectionDetail }) {
  const { id: connectionId, provider } = connection;
  const [isOpen, setOpen] = useState(false);
  const { data: forms } = useQuery(providerQuery(provider.key));
  const consent = forms?.auth.find(({ atProvider, isReady }) => atProvider && isReady);
  const entered = forms?.auth.filter(({ atProvider }) => !atProvider) ?? [];
  const asking = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/v1/connections/{connectionId}/oauth', {
          params: { path: { connectionId } },
          body: { returnTo: `/connections/${connectionId}` },
        }),
      ),
    onSuccess: ({ url }) => location.assign(url),
  });
  return (
    <Described
      command="reauthorize"
      below={
        <>
          {asking.error && <ProblemNotice error={asking.error} />}
          {isOpen && <NewCredentials connectionId={connectionId} ways={entered} onClose={() => setOpen(false)} />}
        </>
      }
    >
      <Stack gap="xs">
        {consent && (
          <Button variant="default" loading={asking.isPending} onClick={() => asking.mutate()}>
            {said.atProvider(provider.label)}
          </Button>
        )}
        {entered.length > 0 && (
          <Button variant="default" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {said.enter}
          </Button>
        )}
      </Stack>
    </Described>
  );
}
