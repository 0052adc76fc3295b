import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** Nothing at all where there is nothing to do. */
export function Part({
  title,
  count,
  more,
  children,
}: {
  title: string;
  count: number | string;
  more?: string;
  children: ReactNode;
}) {
  if (count === 0) return null;
  return (
    <Stack gap="sm" component="section">
      <div>
        <Title order={2} size="h4">
          {title} ({count})
        </Title>
        {more && (
          <Text size="sm" c="dimmed">
            {more}
          </Text>
        )}
      </div>
      {children}
    </Stack>
  );
}
