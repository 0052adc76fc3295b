import { notifications } from '@mantine/notifications';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Problem } from '../../api/client.ts';
import { isSame } from '../../same.ts';
import { words } from '../../words/index.ts';
import type { Content, Issue } from './content.ts';
import type { Seen } from './FieldResult.tsx';
import { preview, previewQuery, rawQuery, type MappingKey } from './queries.ts';

/** A pause in typing, so that not every letter asks the server. */
const pauseMs = 600;
const none: Issue[] = [];

/** What the mapping makes of the sample while it is edited, and what is wrong with it. */
export function usePreview(key: MappingKey, content: Content) {
  const client = useQueryClient();
  const [settled] = useDebouncedValue(content, pauseMs);
  const [place, setPlace] = useState(0);
  const [isRawShown, setRawShown] = useState(false);
  const query = useQuery({ ...previewQuery(key, settled), placeholderData: keepPreviousData });
  const fetchSample = useMutation({
    mutationFn: () => preview(key, content, 'fetched'),
    async onSuccess() {
      await client.invalidateQueries({ queryKey: ['mapping-preview'] });
      notifications.show({ title: words.problem.done, message: words.mappings.fetched, color: 'green' });
    },
    onError: ({ message }) => notifications.show({ title: words.problem.failed, message, color: 'red' }),
  });

  const { error, data } = query;
  const isFaulty = error instanceof Problem && error.status === 400;
  const records = data?.records ?? [];
  const at = Math.min(place, Math.max(records.length - 1, 0));
  const seen: Seen | null = data && records[at] ? { preview: data, record: records[at] } : null;
  const raw = useQuery({
    ...rawQuery(key.connectionId, seen?.record.eventId ?? ''),
    enabled: isRawShown && seen?.preview.values === 'shown',
  });
  return {
    seen,
    raw,
    isRawShown,
    setRawShown,
    at,
    setPlace,
    preview: data,
    issues: isFaulty ? error.issues : none,
    problem: isFaulty ? null : error,
    again: () => void query.refetch(),
    isOld: query.isFetching || !isSame(settled, content),
    isFaulty,
    fetchSample,
  };
}
