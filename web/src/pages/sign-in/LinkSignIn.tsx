import { Center, Paper, Stack, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';
import { SignInLink } from './SignIn.tsx';

/** The token stands behind `#`, so that it goes to no server's log. */
export function LinkSignIn() {
  const [client, navigate] = [useQueryClient(), useNavigate()];
  const begun = useRef(false);
  const { mutate, error } = useMutation({
    mutationFn: (token: string) => answerOf(api.POST('/v1/session/link', { body: { token } })),
    async onSuccess({ needsPassword }) {
      await client.resetQueries();
      await navigate({ to: needsPassword ? '/own-password' : '/', replace: true });
    },
  });
  useEffect(() => {
    if (begun.current) return;
    begun.current = true; // a link is good once
    mutate(location.hash.slice(1));
  }, [mutate]);
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper withBorder p="xl" w={380} maw="100%">
        <Stack>
          <Title order={1} size="h2">
            {error ? words.signIn.linkBroken : words.signIn.linkTitle}
          </Title>
          {error ? (
            <>
              <ProblemNotice error={error} />
              <SignInLink />
            </>
          ) : (
            <Loading />
          )}
        </Stack>
      </Paper>
    </Center>
  );
}
