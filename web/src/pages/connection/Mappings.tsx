import { Anchor, Card, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Schemas } from '../../api/client.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { useNameOf } from '../../people.ts';
import { words } from '../../words/index.ts';
import { mappingsQuery } from '../mappings/queries.ts';
import type { ConnectionDetail } from './queries.ts';

const said = words.connection.mappings;

type Row = Pick<Schemas['MappingRow'], 'object' | 'direction'>;
const isSame = (one: Row, other: Row) => one.object === other.object && one.direction === other.direction;

/** Each mapping with the version in force; the editor has all versions and what differs. */
export function Mappings({ connection: { id: connectionId, companyId } }: { connection: ConnectionDetail }) {
  const { data, error, refetch } = useQuery(mappingsQuery(connectionId));
  const nameOf = useNameOf(companyId);
  if (!data) return error ? <ProblemNotice error={error} again={() => void refetch()} /> : <Loading />;
  // They come newest first.
  const inForce = data.items.filter((one, place) => data.items.findIndex((other) => isSame(one, other)) === place);
  if (inForce.length === 0) return <Empty title={said.empty} more={said.emptyMore} />;
  return (
    <Stack gap="sm">
      {inForce.map((one) => {
        const { object, direction, version, publishedBy, publishedAt } = one;
        const label = words.mappings.objects[object] ?? object;
        return (
          <Card key={`${object} ${direction}`} component="article">
            <Group justify="space-between">
              <Stack gap={2}>
                <Anchor
                  fw={600}
                  renderRoot={(props) => (
                    <Link
                      to="/connections/$connectionId/mapping"
                      params={{ connectionId }}
                      search={{ object, ...(direction === 'out' && { direction }) }}
                      {...props}
                    />
                  )}
                >
                  {direction === 'out' ? words.mappings.written(label) : words.mappings.read(label)}
                </Anchor>
                <Text size="sm" c="dimmed">
                  {said.inForce(version, nameOf(publishedBy))} {publishedAt && <Moment at={publishedAt} />}
                </Text>
              </Stack>
              <Anchor
                size="sm"
                renderRoot={(props) => (
                  <Link
                    to="/connections/$connectionId/mapping"
                    params={{ connectionId }}
                    search={{ object, ...(direction === 'out' && { direction }), tab: 'versions' }}
                    {...props}
                  />
                )}
              >
                {said.versions(data.items.filter((other) => isSame(one, other)).length)}
              </Anchor>
            </Group>
          </Card>
        );
      })}
    </Stack>
  );
}
