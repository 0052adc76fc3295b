import { Button, Group, Radio, Select, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../act.ts';
import { answerOf, api, type Schemas } from '../../api/client.ts';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import type { DeliveryDetail } from './queries.ts';

type Option = Schemas['MessageOption'];
interface Given {
  said: string;
  connectionId: string | null;
}

/** What a person may do about the message now: the API names the choices, and takes the one that is made. */
export function DeliveryOptions({ delivery }: { delivery: DeliveryDetail }) {
  const session = useSession();
  const mayDecide = may(session, 'message.decide') && delivery.options.length > 0;
  const mayCancel = may(session, 'message.send') && delivery.status === 'queued';
  if (!mayDecide && !mayCancel)
    return (
      <Text size="sm" c="dimmed">
        {words.messages.nothingToDo}
      </Text>
    );
  return (
    <Stack gap="sm">
      {mayDecide && <Choice delivery={delivery} />}
      {mayCancel && <Cancel deliveryId={delivery.id} />}
    </Stack>
  );
}

function Choice({ delivery: { id, options } }: { delivery: DeliveryDetail }) {
  const [chosen, setChosen] = useState<Option | null>(null);
  const [given, setGiven] = useState<Given>({ said: '', connectionId: null });
  const decide = useAct(() => tell(id, chosen!, given), { done: words.messages.decided, rereads: 'messages' });
  const needsWords = chosen?.key === 'phoned' || chosen?.key === 'given_up';
  const needsConnection = chosen?.key === 'other_connection';
  const isWhole = chosen && (!needsWords || given.said.trim() !== '') && (!needsConnection || given.connectionId);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        decide.mutate();
      }}
    >
      <Stack gap="sm">
        <Radio.Group
          label={words.messages.whatNow}
          value={chosen?.key ?? null}
          onChange={(key) => setChosen(options.find((option) => option.key === key)!)}
        >
          <Stack gap="xs" mt="xs">
            {options.map(({ key, sentence }) => (
              <Radio key={key} value={key} label={words.messages.options[key]} description={sentence} />
            ))}
          </Stack>
        </Radio.Group>
        {needsWords && (
          <Textarea
            label={words.messages.wordsOf[chosen.key as 'phoned' | 'given_up']}
            required
            withAsterisk={false}
            maxLength={1_000}
            value={given.said}
            onChange={({ currentTarget: { value } }) => setGiven((before) => ({ ...before, said: value }))}
          />
        )}
        {needsConnection && (
          <Select
            label={words.messages.byConnection}
            data={(chosen.connections ?? []).map(({ id: value, label }) => ({ value, label }))}
            value={given.connectionId}
            onChange={(connectionId) => setGiven((before) => ({ ...before, connectionId }))}
            allowDeselect={false}
          />
        )}
        {chosen && (
          <Group justify="end">
            <Button type="submit" loading={decide.isPending} disabled={!isWhole}>
              {words.messages.options[chosen.key]}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}

function tell(deliveryId: string, { key }: Option, { said, connectionId }: Given) {
  const params = { path: { deliveryId } };
  if (key === 'was_sent' || key === 'send_again')
    return answerOf(api.POST('/v1/messages/{deliveryId}/decide', { params, body: { decision: key } }));
  const more = key === 'other_connection' ? { connectionId: connectionId! } : { words: said };
  return answerOf(api.POST('/v1/messages/{deliveryId}/fall-back', { params, body: { how: key, ...more } }));
}

function Cancel({ deliveryId }: { deliveryId: string }) {
  const cancel = useAct(() => answerOf(api.POST('/v1/messages/{deliveryId}/cancel', { params: { path: { deliveryId } } })), {
    done: words.messages.cancelled,
    rereads: 'messages',
  });
  return (
    <Group>
      <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
        {words.messages.cancel}
      </Button>
    </Group>
  );
}
