import { Button, Card, Group, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { words } from '../../../words/index.ts';
import type { ConnectionDetail } from '../queries.ts';

/** One part of the settings: as it is, or, while a person changes it, its form. */
export function Section({
  connection: { state },
  title,
  children,
  renderForm,
}: {
  connection: ConnectionDetail;
  title: string;
  children: ReactNode;
  renderForm: (close: () => void) => ReactNode;
}) {
  const [isChanging, changing] = useDisclosure();
  return (
    <Card component="section" aria-label={title}>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h5">
          {title}
        </Title>
        {!isChanging && state !== 'disconnected' && (
          <Button size="xs" variant="default" aria-label={words.connection.settings.changeOf(title)} onClick={changing.open}>
            {words.editing.change}
          </Button>
        )}
      </Group>
      {isChanging ? renderForm(changing.close) : children}
    </Card>
  );
}
