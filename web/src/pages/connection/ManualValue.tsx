import { Box, Button } from '@mantine/core';
import { useState } from 'react';
import { words } from '../../words/index.ts';
import { ByHandForm } from '../incidents/ByHandForm.tsx';
import { Described } from './CommandCard.tsx';
import type { ConnectionDetail } from './queries.ts';

const { ask, each } = words.connection.commands;

/** A value by hand, while the source cannot deliver it. */
export function ManualValue({ connection: { id, provider } }: { connection: ConnectionDetail }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Described
      command="enterManualValue"
      below={
        isOpen && (
          <Box mt="md" maw={480}>
            <ByHandForm connectionId={id} providerKey={provider.key} onClose={() => setOpen(false)} />
          </Box>
        )
      }
    >
      <Button variant="default" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {ask(each.enterManualValue.title)}
      </Button>
    </Described>
  );
}
