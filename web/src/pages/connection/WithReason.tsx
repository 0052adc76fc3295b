import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Problem } from '../../api/client.ts';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';
import { Described } from './CommandCard.tsx';

const { commands: said } = words.connection;

/** A command that stops something: it is confirmed, and whoever reads the story later reads why. */
export function WithReason({ command, act }: { command: 'pause' | 'disconnect'; act: (reason: string) => Promise<unknown> }) {
  const { title, will, done } = said.each[command];
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const client = useQueryClient();
  const acting = useMutation({
    mutationFn: act,
    onSuccess() {
      notifications.show({ title: words.problem.done, message: done, color: 'green' });
      setOpen(false);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['connection'] }),
  });
  const colour = command === 'disconnect' ? 'red' : undefined;
  const fault = acting.error instanceof Problem ? acting.error.issues.find(({ path }) => path === 'reason') : undefined;
  return (
    <Described command={command}>
      <Button variant="default" onClick={() => setOpen(true)}>
        {said.ask(title)}
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={said.sure(title)} centered>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            acting.mutate(reason.trim());
          }}
        >
          <Stack>
            <Text>{will}</Text>
            <TextInput
              label={said.reason}
              description={said.reasonHint}
              value={reason}
              onChange={({ currentTarget: { value } }) => setReason(value)}
              error={fault?.message}
              maxLength={200}
              required
              data-autofocus
            />
            {acting.error && !fault && <ProblemNotice error={acting.error} />}
            <Group justify="end">
              <Button variant="default" onClick={() => setOpen(false)}>
                {words.cancel}
              </Button>
              <Button type="submit" loading={acting.isPending} disabled={reason.trim() === ''} {...(colour && { color: colour })}>
                {title}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </Described>
  );
}
