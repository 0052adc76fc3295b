import { Badge, Button, Card, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Moment } from '../../parts/Moment.tsx';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';

interface Thing {
  publication: 'draft' | 'published';
  createdAt: string;
  publishedAt: string | null;
}

/** A report or a note in its list. */
export function Row({
  thing: { publication, createdAt, publishedAt },
  title,
  children,
  onOpen,
}: {
  thing: Thing;
  title: string;
  children: ReactNode;
  onOpen: () => void;
}) {
  const mayPublish = may(useSession(), 'portal.write') && publication === 'draft';
  const act = mayPublish ? words.reports.review : words.reports.look;
  return (
    <Card withBorder component="article" mb="sm">
      <Group justify="space-between" align="start" wrap="nowrap">
        <Stack gap={4} miw={0}>
          <Group gap="xs">
            <Text fw={600}>{title}</Text>
            <Badge variant="dot" tt="none" color={publication === 'draft' ? 'blue' : 'green'}>
              {words.reports.publications[publication]}
            </Badge>
          </Group>
          {children && <Text size="sm">{children}</Text>}
          <Text size="sm" c="dimmed">
            {publishedAt ? words.reports.published : words.reports.made} <Moment at={publishedAt ?? createdAt} />
          </Text>
        </Stack>
        <Button variant="default" size="xs" flex="none" onClick={onOpen} aria-label={`${act}: ${title}`}>
          {act}
        </Button>
      </Group>
    </Card>
  );
}
