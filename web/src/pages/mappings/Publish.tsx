import { Alert, Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Problem, type Schemas } from '../../api/client.ts';
import { Diff } from '../../parts/Diff.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';
import type { Content } from './content.ts';
import { describeMapping, fieldName } from './describe.ts';
import { draftQuery, mappingsQuery, publishDraft, remapQuery, type Draft, type MappingKey } from './queries.ts';

const text = words.mappings;
export type Published = Schemas['PublishedMapping'];

/** Says what publishing will do before it is done; a draft that is not sound says what is missing instead. */
export function Publish({
  of,
  draft,
  inForce,
  version,
  onClose,
  onPublished,
}: {
  of: MappingKey;
  draft: Draft;
  inForce: Content | null;
  /** The one that it becomes. */
  version: number;
  onClose: () => void;
  onPublished: (published: Published) => void;
}) {
  const client = useQueryClient();
  const rows = useQuery({ ...remapQuery(of), enabled: of.direction === 'in' });
  const publish = useMutation({
    mutationFn: () => publishDraft(of, draft.revision),
    async onSuccess(published) {
      // The version first: without the draft, the one before would be shown for a moment.
      await client.invalidateQueries(mappingsQuery(of.connectionId));
      client.setQueryData(draftQuery(of).queryKey, null);
      void client.invalidateQueries({ queryKey: ['remap'] });
      onPublished(published);
    },
    onError: () => client.invalidateQueries({ queryKey: draftQuery(of).queryKey }),
  });
  const { error } = publish;
  const issues = draft.issues.length > 0 ? draft.issues : error instanceof Problem ? error.issues : [];
  const standing = rows.data?.standing.reduce((sum, { rows: many }) => sum + many, 0);
  return (
    <Modal opened onClose={onClose} title={text.publishTitle(version)} size="xl">
      <Stack>
        {issues.length > 0 ? (
          <Alert color="red" variant="light" title={text.hasIssues}>
            <List size="sm">
              {issues.map(({ path, message }) => (
                <List.Item key={path + message}>{message}</List.Item>
              ))}
            </List>
          </Alert>
        ) : (
          error && <ProblemNotice error={error} />
        )}
        <Text>
          {of.direction === 'in' ? text.publishIn : text.publishOut} {standing !== undefined && text.standing(standing)}
        </Text>
        <Diff
          label={text.publishTitle(version)}
          before={inForce && describeMapping(inForce)}
          after={describeMapping(draft.mapping)}
          nameOf={fieldName}
        />
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button loading={publish.isPending} disabled={draft.issues.length > 0} onClick={() => publish.mutate()}>
            {text.publish}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
