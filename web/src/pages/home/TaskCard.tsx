import { Anchor, Button, Card, Group, Stack, Text, Textarea } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useAct } from '../../act.ts';
import { answerOf, api, type Schemas } from '../../api/client.ts';
import { Moment } from '../../parts/Moment.tsx';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';

type Task = Schemas['Task'];

export function TaskCard({ task }: { task: Task }) {
  const mayComplete = may(useSession(), 'task.complete');
  const [isAsked, setAsked] = useState(false);
  return (
    <Card withBorder component="article">
      <Group justify="space-between" align="start" wrap="nowrap">
        <Stack gap={4} miw={0}>
          <Text>{task.sentence}</Text>
          <Text size="sm" c="dimmed">
            <Moment at={task.openedAt} />
            {task.repeats > 0 && ` · ${words.home.again(task.repeats)}`} <About task={task} />
          </Text>
        </Stack>
        {mayComplete && !isAsked && (
          <Button variant="default" size="xs" flex="none" onClick={() => setAsked(true)}>
            {words.home.complete}
          </Button>
        )}
      </Group>
      {isAsked && <Complete taskId={task.id} onClose={() => setAsked(false)} />}
    </Card>
  );
}

/** Where the task's work is. */
function About({ task: { subject, connectionId } }: { task: Task }) {
  if (subject.startsWith('dlv_'))
    return (
      <Anchor
        inherit
        underline="always"
        renderRoot={(props) => <Link to="/messages" search={{ tab: 'deliveries', message: subject }} {...props} />}
      >
        {words.home.toMessage}
      </Anchor>
    );
  if (subject.startsWith('inc_'))
    return (
      <Anchor
        inherit
        underline="always"
        renderRoot={(props) => <Link to="/incidents/$incidentId" params={{ incidentId: idIn(subject) }} {...props} />}
      >
        {words.home.toIncident}
      </Anchor>
    );
  if (connectionId === null) return null;
  return (
    <Anchor
      inherit
      underline="always"
      renderRoot={(props) => <Link to="/connections/$connectionId" params={{ connectionId }} {...props} />}
    >
      {words.home.toConnection}
    </Anchor>
  );
}

/** An incident's subject goes on with its rung. */
const idIn = (subject: string) => subject.split(':', 1)[0]!;

/** Whoever comes after reads what was done. */
function Complete({ taskId, onClose }: { taskId: string; onClose: () => void }) {
  const [note, setNote] = useState('');
  const complete = useAct(
    () => answerOf(api.POST('/v1/tasks/{taskId}/complete', { params: { path: { taskId } }, body: { note } })),
    { done: words.home.completed, rereads: 'tasks' },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        complete.mutate();
      }}
    >
      <Stack gap="sm" mt="sm">
        <Textarea
          label={words.home.note}
          required
          withAsterisk={false}
          data-autofocus
          autosize
          maxLength={280}
          value={note}
          onChange={({ currentTarget: { value } }) => setNote(value)}
        />
        <Group justify="end" gap="xs">
          <Button variant="subtle" size="xs" onClick={onClose}>
            {words.home.cancel}
          </Button>
          <Button type="submit" size="xs" loading={complete.isPending} disabled={note.trim() === ''}>
            {words.home.completeIt}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
