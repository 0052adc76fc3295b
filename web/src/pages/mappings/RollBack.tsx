import { Button, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Schemas } from '../../api/client.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { Diff } from '../../parts/Diff.tsx';
import { words } from '../../words/index.ts';
import { describeMapping, fieldName } from './describe.ts';
import { mappingsQuery, remapQuery, rollBack, type MappingKey } from './queries.ts';

const text = words.mappings;
type Version = Schemas['MappingRow'];

/** What an earlier version says comes into force again, after it was said what that changes. */
export function RollBack({ of, to, current }: { of: MappingKey; to: Version; current: Version }) {
  const client = useQueryClient();
  const [isAsking, { open, close }] = useDisclosure();
  const rows = useQuery({ ...remapQuery(of), enabled: isAsking && of.direction === 'in' });
  const bringBack = useMutation({
    mutationFn: () => rollBack(of, to.version),
    onSuccess: ({ version }) =>
      notifications.show({ title: words.problem.done, message: text.rolledBack(version), color: 'green' }),
    onError: ({ message }) => notifications.show({ title: words.problem.failed, message, color: 'red' }),
    async onSettled() {
      close();
      await client.invalidateQueries(mappingsQuery(of.connectionId));
    },
  });
  const standing = rows.data?.standing.reduce((sum, { rows: many }) => sum + many, 0);
  return (
    <>
      <Button variant="default" size="xs" aria-label={text.rollBackTitle(to.version)} onClick={open}>
        {text.rollBack}
      </Button>
      <Confirm
        opened={isAsking}
        title={text.rollBackTitle(to.version)}
        onClose={close}
        isPending={bringBack.isPending}
        onConfirm={() => bringBack.mutate()}
      >
        <Stack>
          <Text>
            {text.rollBackWhy(to.version, current.version + 1)} {standing !== undefined && text.standing(standing)}
          </Text>
          <Diff
            label={text.whatDiffers(text.version(current.version), text.version(to.version))}
            before={describeMapping(current.mapping)}
            after={describeMapping(to.mapping)}
            nameOf={fieldName}
          />
        </Stack>
      </Confirm>
    </>
  );
}
