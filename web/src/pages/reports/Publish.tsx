import { Button, Group } from '@mantine/core';
import { useAct } from '../../act.ts';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';

/** What it refuses is said by a notice; the list behind then shows what stands. */
export function Publish({
  publish,
  rereads,
  disabled = false,
}: {
  publish: () => Promise<unknown>;
  rereads: 'reports' | 'notes';
  disabled?: boolean;
}) {
  const session = useSession();
  const act = useAct(publish, { done: words.reports.nowSeen, rereads });
  if (!may(session, 'portal.write')) return null;
  return (
    <Group justify="end">
      <Button loading={act.isPending} disabled={disabled} onClick={() => act.mutate()}>
        {words.reports.publish}
      </Button>
    </Group>
  );
}
