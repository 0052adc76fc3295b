import { Stack } from '@mantine/core';
import { answerOf, api } from '../../api/client.ts';
import { CommandCard } from './CommandCard.tsx';
import { ManualValue } from './ManualValue.tsx';
import type { ConnectionDetail } from './queries.ts';
import { SignInAgain } from './SignInAgain.tsx';
import { WithReason } from './WithReason.tsx';

/** What may be done with it as it is now, each with what it will do. */
export function Commands({ connection }: { connection: ConnectionDetail }) {
  const { id: connectionId, commands } = connection;
  const of = { params: { path: { connectionId } } };
  const may = (command: (typeof commands)[number]) => commands.includes(command);
  return (
    <Stack gap="sm">
      {may('syncNow') && (
        <CommandCard
          command="syncNow"
          act={() => answerOf(api.POST('/v1/connections/{connectionId}/sync', { ...of, body: {} }))}
        />
      )}
      {may('resume') && (
        <CommandCard command="resume" act={() => answerOf(api.POST('/v1/connections/{connectionId}/resume', of))} />
      )}
      {may('enterManualValue') && <ManualValue connection={connection} />}
      {may('handBackManualValue') && (
        <CommandCard
          command="handBackManualValue"
          act={() => answerOf(api.POST('/v1/connections/{connectionId}/manual-values/hand-back', { ...of, body: {} }))}
        />
      )}
      {may('reauthorize') && <SignInAgain connection={connection} />}
      {may('pause') && (
        <WithReason
          command="pause"
          act={(reason) => answerOf(api.POST('/v1/connections/{connectionId}/pause', { ...of, body: { reason } }))}
        />
      )}
      {may('disconnect') && (
        <WithReason
          command="disconnect"
          act={(reason) => answerOf(api.POST('/v1/connections/{connectionId}/disconnect', { ...of, body: { reason } }))}
        />
      )}
    </Stack>
  );
}
