import { Anchor, Button, Paper, PasswordInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { answerOf, api, Problem } from '../../api/client.ts';
import { Page } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';

/** For who has just opened a link: that is the proof, and no old password is asked for. */
export function OwnPassword() {
  const navigate = useNavigate();
  const form = useForm({ initialValues: { password: '' } });
  const set = useMutation({
    mutationFn: (body: { password: string }) => answerOf(api.POST('/v1/session/own-password', { body })),
    onSuccess: () => navigate({ to: '/' }),
    onError(error) {
      if (error instanceof Problem) form.setErrors(Object.fromEntries(error.issues.map(({ path, message }) => [path, message])));
    },
  });
  const isOfField = set.error instanceof Problem && set.error.issues.length > 0;
  return (
    <Page title={words.ownPassword.title}>
      {() => (
        <Paper withBorder p="xl" maw={460}>
          <form onSubmit={form.onSubmit((values) => set.mutate(values))}>
            <Stack>
              <Text>{words.ownPassword.why}</Text>
              {set.error && !isOfField && <ProblemNotice error={set.error} />}
              <PasswordInput
                label={words.ownPassword.password}
                description={words.ownPassword.hint}
                autoComplete="new-password"
                required
                withAsterisk={false}
                {...form.getInputProps('password')}
              />
              <Button type="submit" loading={set.isPending}>
                {words.ownPassword.submit}
              </Button>
              <Anchor component={Link} to="/" size="sm">
                {words.ownPassword.later}
              </Anchor>
            </Stack>
          </form>
        </Paper>
      )}
    </Page>
  );
}
