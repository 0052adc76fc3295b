import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { words } from '../../words/index.ts';
import { CloseForm } from './CloseForm.tsx';
import { Preview } from './Preview.tsx';
import type { Target } from './queries.ts';

/** What can be done with failed work. A retry of many goes on in the address, so that it is still shown after a reload. */
export function Actions({ target, isMessage, onDone }: { target: Target; isMessage: boolean; onDone: () => void }) {
  const [asked, setAsked] = useState<'preview' | 'resolve' | 'ignore' | null>(null);
  const client = useQueryClient();
  const navigate = useNavigate({ from: '/failures' });
  const replay = useMutation({
    mutationFn: (body: { filter: Target['filter'] } | { previewId: string }) =>
      answerOf(
        api.POST('/v1/connections/{connectionId}/queue/replays', {
          params: { path: { connectionId: target.connectionId } },
          body,
        }),
      ),
    onSuccess: ({ id }) => {
      setAsked(null);
      onDone();
      void navigate({ search: (before) => ({ ...before, replay: id }), resetScroll: false });
    },
    onError: ({ message }) => notifications.show({ title: words.problem.failed, message, color: 'red' }),
    onSettled: () => client.invalidateQueries({ queryKey: ['queue'] }),
  });
  const close = () => setAsked(null);
  return (
    <>
      <Group gap="xs">
        {isMessage ? (
          <Button renderRoot={(props) => <Link to="/messages" {...props} />} variant="default" size="sm">
            {words.failures.toMessages}
          </Button>
        ) : (
          <>
            <Button size="sm" onClick={() => setAsked('preview')}>
              {words.failures.preview}
            </Button>
            <Button
              size="sm"
              variant="default"
              loading={replay.isPending}
              onClick={() => replay.mutate({ filter: target.filter })}
            >
              {words.failures.retry}
            </Button>
          </>
        )}
        <Button size="sm" variant="default" onClick={() => setAsked('resolve')}>
          {words.failures.resolve}
        </Button>
        <Button size="sm" variant="default" onClick={() => setAsked('ignore')}>
          {words.failures.ignore}
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        {isMessage && `${words.failures.atMessage} `}
        {words.failures.undoable}
      </Text>
      {asked === 'preview' && (
        <Preview
          target={target}
          isStarting={replay.isPending}
          onRetry={(previewId) => replay.mutate({ previewId })}
          onClose={close}
        />
      )}
      {(asked === 'resolve' || asked === 'ignore') && <CloseForm target={target} how={asked} onClose={close} onDone={onDone} />}
    </>
  );
}
