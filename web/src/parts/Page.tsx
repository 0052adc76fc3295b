import { Group, Skeleton, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { isRefusal } from '../api/client.ts';
import { words } from '../words/index.ts';
import { Behind } from './Behind.tsx';
import { ProblemNotice } from './Problem.tsx';

interface Shown {
  isPending: boolean;
  /** What was read stays on the page when it cannot be read again, unless it is refused. */
  data?: unknown;
  error: unknown;
  refetch: () => unknown;
}

/** A page: its title, and what it says while it loads, when it failed, and otherwise. */
export function Page({
  title,
  aside,
  of,
  children,
}: {
  title: string;
  aside?: ReactNode;
  of?: Shown;
  children: () => ReactNode;
}) {
  useDocumentTitle(`${title} · ${words.product}`);
  const problem = of?.error && (of.data === undefined || isRefusal(of.error)) ? of.error : null;
  return (
    <Stack gap="md">
      <Group justify="space-between" align="center">
        <Title order={1} size="h2">
          {title}
        </Title>
        {aside}
      </Group>
      <Behind />
      {problem ? <ProblemNotice error={problem} again={() => void of?.refetch()} /> : of?.isPending ? <Loading /> : children()}
    </Stack>
  );
}

export function Loading() {
  return (
    <Stack gap="xs" aria-busy>
      <VisuallyHidden component="output">{words.loading}</VisuallyHidden>
      <Text c="dimmed" size="sm" aria-hidden>
        {words.loading} …
      </Text>
      {[90, 75, 82].map((width) => (
        <Skeleton key={width} height={28} width={`${width}%`} />
      ))}
    </Stack>
  );
}
