import { ActionIcon, Box, Button, Group, Input, Select, Stack, Text } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { Schemas } from '../../../api/client.ts';
import { words } from '../../../words/index.ts';
import { SpanInput } from './SpanInput.tsx';

export type Rung = Schemas['Policy']['ladder'][number];
const said = words.connection.settings;
const rungsMax = 20;

/** Who is told, one after the other, and how long each has to answer. */
export function LadderInput({
  value,
  usual,
  error,
  onChange,
}: {
  /** `null`: as usual. */
  value: Rung[] | null;
  /** What is usual, where it is known. */
  usual: Rung[] | null;
  error: string | undefined;
  onChange: (ladder: Rung[] | null) => void;
}) {
  const rungs = value ?? usual ?? [];
  const set = (ladder: Rung[]) => onChange(ladder.map((rung, place) => ({ ...rung, position: place + 1 })));
  const change = (place: number, some: Partial<Rung>) =>
    set(rungs.map((rung, index) => (index === place ? { ...rung, ...some } : rung)));
  return (
    <Input.Wrapper label={said.ladder} description={said.ladderWill} error={error} labelElement="div">
      <Stack gap="xs" mt="xs" component="ol" p={0} m={0} style={{ listStyle: 'none' }}>
        {rungs.map((rung, place) => (
          // A rung has no name of its own: it is its place.
          // oxlint-disable-next-line react/no-array-index-key
          <Group key={place} component="li" gap="xs" align="end">
            <Select
              label={said.tell(place + 1)}
              data={Object.entries(said.people).map(([who, label]) => ({ value: who, label }))}
              value={rung.tell}
              onChange={(who) => who && change(place, { tell: who as Rung['tell'] })}
              allowDeselect={false}
              flex="1 1 200px"
            />
            <Box flex="1 1 160px">
              <SpanInput
                label={said.waits(place + 1)}
                value={rung.acknowledgeWithinMs / 1_000}
                error={undefined}
                onChange={(seconds) => seconds !== null && change(place, { acknowledgeWithinMs: seconds * 1_000 })}
              />
            </Box>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={said.removeRung(place + 1)}
              onClick={() => set(rungs.filter((_, index) => index !== place))}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
      </Stack>
      {rungs.length === 0 && <Text size="sm">{value ? said.nobodyCalled : said.usualLadder}</Text>}
      <Group gap="xs" mt="xs">
        {rungs.length < rungsMax && (
          <Button
            size="xs"
            variant="default"
            onClick={() => set([...rungs, { position: 1, tell: 'company_admin', acknowledgeWithinMs: 1_800_000 }])}
          >
            {said.addRung}
          </Button>
        )}
        {value !== null && (
          <Button size="xs" variant="subtle" color="gray" onClick={() => onChange(null)}>
            {said.asUsual}
          </Button>
        )}
      </Group>
    </Input.Wrapper>
  );
}
