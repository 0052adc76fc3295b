import { Alert, Button, Group, Stack } from '@mantine/core';
import type { FormEventHandler, ReactNode } from 'react';
import { useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { isNotYet, nameOf } from './use-step.ts';
import type { Progress } from './use-progress.ts';

interface Confirming {
  isPending: boolean;
  error: Error | null;
}

/** What a step asks for, its button, and what is said when it was not taken or somebody else is at it. */
export function StepForm({
  progress,
  confirming,
  submit,
  onSubmit,
  isToldAtField = false,
  children,
}: {
  progress: Progress;
  confirming: Confirming;
  submit: string;
  onSubmit: FormEventHandler<HTMLFormElement>;
  /** What was wrong stands at the fields already. */
  isToldAtField?: boolean;
  children?: ReactNode;
}) {
  const { user } = useSession();
  const { working } = progress;
  const other = working && working.by !== user?.id ? nameOf(progress, working.by) : undefined;
  const { error, isPending } = confirming;
  return (
    <form noValidate onSubmit={onSubmit}>
      <Stack gap="md" mt="xs">
        {children}
        {other && <Alert color="blue">{words.connect.setup.workingNow(other)}</Alert>}
        {error && !isPending && !isToldAtField && !isNotYet(error) && (
          <Alert role="alert" color="red" title={words.connect.setup.refused}>
            {error.message}
          </Alert>
        )}
        <Group>
          <Button type="submit" loading={isPending || (working !== null && !other)} disabled={other !== undefined}>
            {submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
