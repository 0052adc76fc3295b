import { Paper, Text, Title } from '@mantine/core';

export function Empty({ title, more }: { title: string; more: string }) {
  return (
    <Paper withBorder p="xl" ta="center">
      <Title order={2} size="h4">
        {title}
      </Title>
      <Text c="dimmed" mt={4}>
        {more}
      </Text>
    </Paper>
  );
}
