import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Problem } from '../../../api/client.ts';
import { useChanges, type Changes } from '../../../changes.ts';
import { words } from '../../../words/index.ts';
import { errorsAt } from '../../connect/form-errors.ts';
import { connectionQuery, type ConnectionDetail } from '../queries.ts';

type Standing = Readonly<Record<string, unknown>>;

/**
 * A part of the settings while a person changes it. Fields have the names by which the API says what is wrong; what is not set is `null`.
 * What is saved is what they changed, as long as it stands as they saw it.
 */
export function usePart({
  connectionId,
  theirs,
  save,
  onDone,
}: {
  connectionId: string;
  theirs: Standing;
  save: (changes: Changes<unknown>) => Promise<ConnectionDetail>;
  onDone: () => void;
}) {
  const client = useQueryClient();
  const editing = useChanges<unknown>(theirs);
  const saving = useMutation({
    mutationFn: save,
    onSuccess(saved) {
      client.setQueryData(connectionQuery(connectionId).queryKey, saved);
      notifications.show({ title: words.problem.done, message: words.connection.settings.saved, color: 'green' });
      onDone();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['connection'] }),
  });
  const { error, variables } = saving;
  const isConflict = error instanceof Problem && error.status === 409;
  const atFields = (!isConflict && errorsAt(error, Object.keys(theirs))) || {};
  return {
    ...editing,
    theirs,
    isSaving: saving.isPending,
    save: saving.mutate,
    /** What is told neither at a field nor by what differs. */
    problem: Object.keys(atFields).length > 0 || (isConflict && editing.overtaken.length > 0) ? null : error,
    again: () => variables && saving.mutate(variables),
    field: (name: string) => ({
      value: editing.mine[name],
      error: atFields[name],
      onChange(value: unknown) {
        if (error) saving.reset();
        editing.change(name, value);
      },
    }),
  };
}
export type Part = ReturnType<typeof usePart>;

/** What is sent: by each name what shall be, and what was seen. */
export const sentOf = (changes: Changes<unknown>, which: 'now' | 'was') =>
  Object.fromEntries(Object.entries(changes).map(([name, change]) => [name, change[which]]));

/** A field of text: what is empty is not set. */
export const textOf = ({ value, onChange, error }: ReturnType<Part['field']>) => ({
  value: (value ?? '') as string,
  error,
  onChange: ({ currentTarget }: { currentTarget: { value: string } }) => onChange(currentTarget.value),
});
