import { Button, Group, List, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useAct } from '../../act.ts';
import { answerOf, api } from '../../api/client.ts';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { Acknowledge } from './Acknowledge.tsx';
import { isOpen, type IncidentDetail } from './queries.ts';
import { InWhoseHands, TakeOver } from './TakeOver.tsx';

/** What a person can answer, each with what it does. */
export function Answers({ incident }: { incident: IncidentDetail }) {
  const session = useSession();
  const [isResolving, setResolving] = useState(false);
  const { id: incidentId, state, takenOverBy } = incident;
  if (!isOpen(incident)) return null;
  if (!may(session, 'escalation.answer')) return <InWhoseHands incident={incident} />;
  const isWaiting = state === 'open' || state === 'unanswered';
  return (
    <Stack gap="xs">
      <InWhoseHands incident={incident} />
      <Group gap="xs">
        <Acknowledge incident={incident} size="sm" />
        <TakeOver incident={incident} />
        <Button size="sm" variant="default" onClick={() => setResolving(true)}>
          {words.incidents.resolve}
        </Button>
      </Group>
      <List size="sm" c="dimmed" spacing={2}>
        {isWaiting && (
          <List.Item>
            {words.incidents.acknowledge}: {words.incidents.acknowledgeHint}
          </List.Item>
        )}
        {takenOverBy === null && (
          <List.Item>
            {words.incidents.takeOver}: {words.incidents.takeOverHint}
          </List.Item>
        )}
        <List.Item>
          {words.incidents.resolve}: {words.incidents.resolveHint}
        </List.Item>
      </List>
      {isResolving && <ResolveForm incidentId={incidentId} onClose={() => setResolving(false)} />}
    </Stack>
  );
}

function ResolveForm({ incidentId, onClose }: { incidentId: string; onClose: () => void }) {
  const form = useForm({
    initialValues: { note: '' },
    validate: { note: (value) => (value.trim() === '' ? words.incidents.sayIt : null) },
  });
  const resolve = useAct(
    async () => {
      const body = { note: form.getValues().note.trim() };
      await answerOf(api.POST('/v1/escalations/{incidentId}/resolve', { params: { path: { incidentId } }, body }));
      onClose();
    },
    { done: words.incidents.resolved, rereads: 'incidents' },
  );
  return (
    <Modal opened onClose={onClose} title={words.incidents.resolve} closeButtonProps={{ 'aria-label': words.incidents.cancel }}>
      <form onSubmit={form.onSubmit(() => resolve.mutate())} noValidate>
        <Stack gap="sm">
          <Text>{words.incidents.resolveHint}</Text>
          <Textarea
            label={words.incidents.resolveNote}
            description={words.incidents.resolveNoteHint}
            withAsterisk
            data-autofocus
            autosize
            minRows={2}
            maxLength={280}
            {...form.getInputProps('note')}
          />
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              {words.incidents.cancel}
            </Button>
            <Button type="submit" loading={resolve.isPending}>
              {words.incidents.resolve}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
