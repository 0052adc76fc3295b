import { Alert, Button, Group, Stack, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useAct } from '../../act.ts';
import { answerOf, api, type Schemas } from '../../api/client.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { Loading } from '../../parts/Page.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { remapQuery, type MappingKey } from './queries.ts';

const text = words.mappings;

/** Which version made the rows that are stored, and how they are brought up to the one in force. */
export function Rows({ of }: { of: MappingKey }) {
  const { data, error, isPending, refetch } = useQuery(remapQuery(of));
  const mayEdit = may(useSession(), 'mapping.write');
  if (error && !data) return <ProblemNotice error={error} again={() => void refetch()} />;
  if (isPending) return <Loading />;
  const { remap, currentVersion, standing, sentence } = data;
  return (
    <Stack>
      {standing.length === 0 ? (
        <Empty title={text.noRows} more={text.noRowsMore} />
      ) : (
        <>
          <Text component="output">{sentence ?? text.allCurrent}</Text>
          <Table aria-label={text.rowsTitle} verticalSpacing="sm" maw={480}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{text.rowsTitle}</Table.Th>
                <Table.Th ta="end">{text.tabs.rows}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {standing.map(({ version, rows }) => (
                <Table.Tr key={version ?? 0}>
                  <Table.Td>
                    {version === null ? text.byEvents : text.version(version)}
                    {version !== null && version === currentVersion && ` · ${text.isInForce}`}
                  </Table.Td>
                  <Table.Td ta="end">{rows}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </>
      )}
      {remap && <Progress remap={remap} />}
      {mayEdit && currentVersion !== null && (
        <Group>
          <Command title={text.remap} why={text.remapWhy} done={text.remapped} act={() => remapAll(of)} />
          <Command title={text.resync} why={text.resyncWhy} done={text.resynced} act={() => resync(of)} />
        </Group>
      )}
    </Stack>
  );
}

const path = ({ connectionId, object }: MappingKey) => ({ path: { connectionId, objectKey: object } });
const remapAll = (of: MappingKey) =>
  answerOf(api.POST('/v1/connections/{connectionId}/mappings/{objectKey}/remap', { params: path(of), body: { fromVersion: 1 } }));
const resync = (of: MappingKey) =>
  answerOf(api.POST('/v1/connections/{connectionId}/mappings/{objectKey}/resync', { params: path(of) }));

function Progress({ remap: { outcome, sentence, askedAt } }: { remap: Schemas['Remap'] }) {
  const title = outcome === null ? text.remapRuns : outcome === 'succeeded' ? text.remapDone : text.remapFailed;
  return (
    <Alert variant="light" color={outcome === 'failed' ? 'red' : outcome === null ? 'blue' : 'green'} title={title}>
      <Text size="sm" component="output">
        {sentence} <Moment at={askedAt} />
      </Text>
    </Alert>
  );
}

function Command({ title, why, done, act }: { title: string; why: string; done: string; act: () => Promise<unknown> }) {
  const [isAsking, { open, close }] = useDisclosure();
  const command = useAct(act, { done, rereads: 'remap' });
  return (
    <>
      <Button variant="default" onClick={open}>
        {title}
      </Button>
      <Confirm
        opened={isAsking}
        title={title}
        onClose={close}
        isPending={command.isPending}
        onConfirm={() => command.mutate(undefined, { onSettled: close })}
      >
        {why}
      </Confirm>
    </>
  );
}
