import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { words } from './words/index.ts';

/** One thing that a person does to what a list shows: they are told how it ended, and the list is read again. */
export function useAct(act: () => Promise<unknown>, { done, rereads }: { done: string; rereads: string }) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: () => notifications.show({ title: words.problem.done, message: done, color: 'green' }),
    onError: ({ message }) => notifications.show({ title: words.problem.failed, message, color: 'red' }),
    onSettled: () => client.invalidateQueries({ queryKey: [rereads] }),
  });
}
