import { Badge, Button, Card, Group, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '../../api/client.ts';
import { Diff } from '../../parts/Diff.tsx';
import { Empty } from '../../parts/Empty.tsx';
import { Loading } from '../../parts/Page.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { useNameOf } from '../../people.ts';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { describeMapping, fieldName } from './describe.ts';
import { connectionQuery, mappingsQuery, type MappingKey } from './queries.ts';
import { RollBack } from './RollBack.tsx';

const text = words.mappings;
type Version = Schemas['MappingRow'];

/** Every version with who published it, and what two of them have different. */
export function Versions({ of }: { of: MappingKey }) {
  const { data, error, isPending, refetch } = useQuery(mappingsQuery(of.connectionId));
  const nameOf = useNameOf(useQuery(connectionQuery(of.connectionId)).data?.companyId);
  const mayRollBack = may(useSession(), 'mapping.write');
  const [chosen, setChosen] = useState<number | null>(null);
  if (error) return <ProblemNotice error={error} again={() => void refetch()} />;
  if (isPending) return <Loading />;
  const versions = data.items.filter(({ object, direction }) => object === of.object && direction === of.direction);
  const [current] = versions;
  if (!current) return <Empty title={text.noVersions} more={text.noVersionsMore} />;
  return (
    <Stack gap="sm">
      {versions.map((one, index) => (
        <Card key={one.version} withBorder component="article">
          <Group justify="space-between">
            <Stack gap={2}>
              <Group gap="xs">
                <Text fw={600}>{text.version(one.version)}</Text>
                {one === current && (
                  <Badge variant="dot" color="green" tt="none">
                    {text.isInForce}
                  </Badge>
                )}
              </Group>
              <Text size="sm" c="dimmed">
                {text.publishedBy(nameOf(one.publishedBy))} {one.publishedAt && <Moment at={one.publishedAt} />}
              </Text>
            </Stack>
            <Group gap="xs">
              <Button
                variant="default"
                size="xs"
                aria-expanded={chosen === one.version}
                aria-label={`${versions.length > 1 ? text.compare : text.look}: ${text.version(one.version)}`}
                onClick={() => setChosen(chosen === one.version ? null : one.version)}
              >
                {versions.length > 1 ? text.compare : text.look}
              </Button>
              {mayRollBack && one !== current && <RollBack of={of} to={one} current={current} />}
            </Group>
          </Group>
          {chosen === one.version && <Compared one={one} with={versions} before={versions[index + 1]?.version ?? null} />}
        </Card>
      ))}
    </Stack>
  );
}

/** One version beside another: the one before it, until another is chosen. */
function Compared({ one, with: versions, before }: { one: Version; with: Version[]; before: number | null }) {
  const [other, setOther] = useState(before);
  const from = versions.find(({ version }) => version === other);
  return (
    <Stack mt="md" gap="sm">
      {versions.length > 1 && (
        <Select
          label={text.compareWith}
          data={versions
            .filter((each) => each !== one)
            .map(({ version }) => ({ value: String(version), label: text.version(version) }))}
          value={other === null ? null : String(other)}
          onChange={(value) => value && setOther(Number(value))}
          placeholder={text.beginning}
          allowDeselect={false}
          w={220}
        />
      )}
      <Diff
        label={text.whatDiffers(from ? text.version(from.version) : text.beginning, text.version(one.version))}
        before={from ? describeMapping(from.mapping) : null}
        after={describeMapping(one.mapping)}
        nameOf={fieldName}
      />
    </Stack>
  );
}
