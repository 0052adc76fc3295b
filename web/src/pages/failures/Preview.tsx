import { Button, Divider, Group, List, Loader, Modal, Stack, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { answerOf, api, type Schemas } from '../../api/client.ts';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';
import { PreviewRow } from './PreviewRow.tsx';
import type { Target } from './queries.ts';

type Shown = Schemas['ShownReplayPreview'];
const verdicts = Object.keys(words.failures.verdicts) as (keyof typeof words.failures.verdicts)[];
/** Those that a replay of the preview carries out. */
const carriedOut = ['created', 'updated', 'unchanged', 'older'] as const;

/** What a retry would do to each record, before it is done; what is then carried out is exactly what was shown. */
export function Preview({
  target,
  isStarting,
  onRetry,
  onClose,
}: {
  target: Target;
  isStarting: boolean;
  onRetry: (previewId: string) => void;
  onClose: () => void;
}) {
  const isNarrow = useMediaQuery('(max-width: 48em)');
  const query = useQuery({
    queryKey: ['preview', target.connectionId, target.filter],
    queryFn: () =>
      answerOf(
        api.POST('/v1/connections/{connectionId}/queue/previews', {
          params: { path: { connectionId: target.connectionId } },
          body: { filter: target.filter },
        }),
      ),
    // Each opening tries it out anew.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    retry: false,
  });
  const preview = query.data;
  const count = preview ? carriedOut.reduce((sum, verdict) => sum + (preview.totals[verdict] ?? 0), 0) : 0;
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      fullScreen={isNarrow ?? false}
      title={words.failures.previewing.title}
      closeButtonProps={{ 'aria-label': words.failures.cancel }}
    >
      {query.error ? (
        <ProblemNotice error={query.error} again={() => void query.refetch()} />
      ) : preview ? (
        <Stack gap="md">
          <Totals preview={preview} />
          {preview.rows.map((row) => (
            <Stack key={row.itemId} gap="xs">
              <Divider />
              <PreviewRow row={row} />
            </Stack>
          ))}
          <Text size="sm" c="dimmed">
            {count > 0 ? words.failures.previewing.expires : words.failures.previewing.nothing}
          </Text>
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              {words.failures.cancel}
            </Button>
            {count > 0 && (
              <Button loading={isStarting} onClick={() => onRetry(preview.id)}>
                {words.failures.previewing.carryOut(count)}
              </Button>
            )}
          </Group>
        </Stack>
      ) : (
        <Group>
          <Loader size="sm" aria-hidden />
          <Text component="output">{words.failures.previewing.making}</Text>
        </Group>
      )}
    </Modal>
  );
}

function Totals({ preview: { totals, items, rows, values } }: { preview: Shown }) {
  const tried = verdicts.reduce((sum, verdict) => sum + (totals[verdict] ?? 0), 0);
  return (
    <Stack gap="xs">
      <List>
        {verdicts
          .filter((verdict) => (totals[verdict] ?? 0) > 0)
          .map((verdict) => (
            <List.Item key={verdict}>
              {words.failures.verdicts[verdict]}: {words.failures.items(totals[verdict])}
            </List.Item>
          ))}
      </List>
      {rows.length < items && <Text size="sm">{words.failures.previewing.first(tried, items)}</Text>}
      {values === 'masked' && (
        <Text size="sm" c="dimmed">
          {words.failures.previewing.masked}
        </Text>
      )}
    </Stack>
  );
}
