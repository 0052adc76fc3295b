import { Alert, Button, Group } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Problem } from '../api/client.ts';
import { words } from '../words/index.ts';

/** What could not be shown, in the API's own words, and a way on. */
export function ProblemNotice({ error, again }: { error: unknown; again?: () => void }) {
  const forbidden = error instanceof Problem && error.status === 403;
  return (
    <Alert
      role="alert"
      variant="light"
      color={forbidden ? 'gray' : 'red'}
      icon={<IconAlertTriangle aria-hidden />}
      title={forbidden ? words.problem.forbidden : words.problem.title}
    >
      {error instanceof Error ? error.message : String(error)}
      {again && !forbidden && (
        <Group mt="sm">
          <Button size="xs" variant="default" onClick={again}>
            {words.problem.again}
          </Button>
        </Group>
      )}
    </Alert>
  );
}
