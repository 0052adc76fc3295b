import { Group, Loader, Text, ThemeIcon } from '@mantine/core';
import { IconBroadcast, IconPlugConnectedX } from '@tabler/icons-react';
import { words } from '../../words/index.ts';
import type { Live } from './follow.ts';

/** Whether what the page shows is of now, in words. */
export function LiveLine({ live }: { live: Live }) {
  if (live === 'over') return null;
  return (
    <output>
      <Group gap="xs" wrap="nowrap">
        {live === 'connecting' ? (
          <Loader size="xs" aria-hidden />
        ) : (
          <ThemeIcon variant="light" size="sm" color={live === 'live' ? 'green' : 'orange'} aria-hidden>
            {live === 'live' ? <IconBroadcast size={14} /> : <IconPlugConnectedX size={14} />}
          </ThemeIcon>
        )}
        <Text size="sm" c="dimmed">
          {words.connect.setup.live[live]}
        </Text>
      </Group>
    </output>
  );
}
