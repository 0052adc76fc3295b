import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { answerOf, api, type Schemas } from '../../api/client.ts';
import { basePath } from '../../base.ts';
import { follow, type Live } from './follow.ts';

export type Progress = Schemas['OnboardingProgress'];
export type Step = Progress['confirmed'][number]['step'];

export const progressKey = (connectionId: string) => ['onboarding', connectionId] as const;

/** How far the setup is, as the server tells it by itself; where it cannot, it is asked every few seconds. */
export function useProgress(connectionId: string) {
  const client = useQueryClient();
  const [live, setLive] = useState<Live>('connecting');
  const query = useQuery({
    queryKey: progressKey(connectionId),
    queryFn: () => answerOf(api.GET('/v1/connections/{connectionId}/onboarding', { params: { path: { connectionId } } })),
    refetchInterval: ({ state: { data } }) => (live === 'live' || isOver(data) ? false : 5_000),
  });
  const isEnded = isOver(query.data);
  const isThere = query.data !== undefined;
  useEffect(() => {
    if (isEnded || !isThere) return undefined;
    return follow<Progress>(`${basePath}v1/connections/${connectionId}/onboarding/stream`, {
      told(progress) {
        client.setQueryData(progressKey(connectionId), progress);
        // Launched, or gone: whoever shows the connection itself has read it before that.
        if (isOver(progress)) void client.invalidateQueries({ queryKey: ['connection', connectionId] });
      },
      stands: setLive,
    });
  }, [client, connectionId, isEnded, isThere]);
  return { query, live: isEnded ? ('over' as const) : live };
}

const isOver = (progress: Progress | undefined) => progress !== undefined && (progress.next === null || progress.cancelled);
