import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useAct } from '../../act.ts';
import { words } from '../../words/index.ts';

const { commands: said } = words.connection;
export type Command = keyof typeof said.each;
/** A form says itself what came of it. */
type Told = Exclude<Command, 'enterManualValue'>;

/** A command that stops nothing: what it will do stands beside its button. */
export function CommandCard({ command, act }: { command: Told; act: () => Promise<unknown> }) {
  const acting = useAct(act, { done: said.each[command].done, rereads: 'connection' });
  return (
    <Described command={command}>
      <Button variant="default" loading={acting.isPending} onClick={() => acting.mutate()}>
        {said.each[command].title}
      </Button>
    </Described>
  );
}

/** What a command will do, and beside it how it is given. */
export function Described({ command, children, below }: { command: Command; children: ReactNode; below?: ReactNode }) {
  const { title, will } = said.each[command];
  return (
    <Card component="section" aria-label={title}>
      <Group justify="space-between" align="center">
        <Stack gap={2} maw={640}>
          <Title order={2} size="h5">
            {title}
          </Title>
          <Text size="sm">{will}</Text>
        </Stack>
        {children}
      </Group>
      {below}
    </Card>
  );
}
