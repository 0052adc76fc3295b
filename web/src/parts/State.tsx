import { Badge } from '@mantine/core';
import type { Schemas } from '../api/client.ts';
import { words } from '../words/index.ts';

type ConnectionState = Schemas['Connection']['state'];
const colours: Record<ConnectionState, string> = {
  onboarding: 'blue',
  active: 'green',
  degraded: 'orange',
  needs_reauthorization: 'red',
  paused: 'gray',
  manual_fallback: 'violet',
  disconnected: 'gray',
};

export function State({ state }: { state: ConnectionState }) {
  return (
    <Badge color={colours[state]} variant="dot" tt="none">
      {words.states[state]}
    </Badge>
  );
}
