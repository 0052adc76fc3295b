import { Anchor, Button, Center, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDocumentTitle } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { answerOf, api } from '../../api/client.ts';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';

export function SignIn() {
  useDocumentTitle(`${words.signIn.title} · ${words.product}`);
  const form = useForm({ initialValues: { email: '', password: '' } });
  const [client, navigate] = [useQueryClient(), useNavigate()];
  const signIn = useMutation({
    mutationFn: (body: { email: string; password: string }) => answerOf(api.POST('/v1/session/password', { body })),
    async onSuccess() {
      await client.resetQueries();
      await navigate({ to: '/' });
    },
  });
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper withBorder p="xl" w={380} maw="100%">
        <form onSubmit={form.onSubmit((values) => signIn.mutate(values))}>
          <Stack>
            <Title order={1} size="h2">
              {words.signIn.title}
            </Title>
            {signIn.error && <ProblemNotice error={signIn.error} />}
            <TextInput
              label={words.signIn.email}
              type="email"
              autoComplete="username"
              required
              withAsterisk={false}
              {...form.getInputProps('email')}
            />
            <PasswordInput
              label={words.signIn.password}
              autoComplete="current-password"
              required
              withAsterisk={false}
              {...form.getInputProps('password')}
            />
            <Button type="submit" loading={signIn.isPending}>
              {words.signIn.submit}
            </Button>
            <Text size="sm" c="dimmed">
              {words.signIn.noPassword}
            </Text>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}

export function SignInLink() {
  return <Anchor href="sign-in">{words.signIn.toSignIn}</Anchor>;
}
