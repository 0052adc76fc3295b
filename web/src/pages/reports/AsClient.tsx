import { Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { words } from '../../words/index.ts';

/** Drawn by the portal's own parts, so that it is exactly what the client gets. */
export function AsClient({ publication, children }: { publication: 'draft' | 'published'; children: ReactNode }) {
  return (
    <Stack gap="xs" component="section">
      <Title order={2} size="h5">
        {publication === 'draft' ? words.reports.clientWillSee : words.reports.clientSees}
      </Title>
      {children}
    </Stack>
  );
}
