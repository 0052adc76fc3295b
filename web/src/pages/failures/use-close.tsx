import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answerOf, api } from '../../api/client.ts';
import { words } from '../../words/index.ts';
import type { Target } from './queries.ts';

/** Long enough to read it and to reach the button by keyboard; after it the closed items have one each. */
const undoForMs = 20_000;

type How = 'resolve' | 'ignore';

/** Closes all of a target, however many calls that takes, and offers to undo exactly these. */
export function useClose(target: Target, how: How, onDone: () => void) {
  const client = useQueryClient();
  const { connectionId } = target;
  const reread = () => client.invalidateQueries({ queryKey: ['queue'] });

  async function undo(closings: string[], notice: string) {
    notifications.hide(notice);
    try {
      let [reopened, kept] = [0, 0];
      for (const closedAt of closings) {
        const undone = await reopen(connectionId, closedAt);
        reopened += undone.reopened;
        kept += undone.kept;
      }
      notifications.show({ title: words.problem.done, message: words.failures.undone(reopened, kept), color: 'green' });
    } catch (error) {
      notifications.show({ title: words.problem.failed, message: (error as Error).message, color: 'red' });
    }
    await reread();
  }

  return useMutation({
    mutationFn: (note: string) => closeAll(target, how, note),
    onSuccess({ closed, closings }) {
      onDone();
      const notice = notifications.show({
        title: (how === 'resolve' ? words.failures.wasResolved : words.failures.wasIgnored)(closed),
        message: (
          <Group mt={4}>
            <Button size="xs" variant="default" onClick={() => void undo(closings, notice)}>
              {words.failures.undo}
            </Button>
          </Group>
        ),
        color: 'green',
        autoClose: undoForMs,
      });
    },
    onSettled: reread,
  });
}

async function closeAll(
  { connectionId, filter }: Target,
  how: How,
  note: string,
): Promise<{ closed: number; closings: string[] }> {
  const closings: string[] = [];
  for (let closed = 0; ;) {
    const params = { path: { connectionId } };
    const answer = await answerOf(
      how === 'resolve'
        ? api.POST('/v1/connections/{connectionId}/queue/resolve', { params, body: { filter, note } })
        : api.POST('/v1/connections/{connectionId}/queue/ignore', { params, body: { filter, reason: note } }),
    );
    closed += answer.closed;
    closings.push(answer.closedAt);
    if (answer.left === 0 || answer.closed === 0) return { closed, closings };
  }
}

const reopen = (connectionId: string, closedAt: string) =>
  answerOf(api.POST('/v1/connections/{connectionId}/queue/reopen', { params: { path: { connectionId } }, body: { closedAt } }));
