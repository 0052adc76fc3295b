import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';
import type { Chain } from './chain.ts';
import { readExport, saveFile } from './read-export.ts';

const everything = { from: '2020-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z' };

/** A file is saved when its last line has come, and not before: half a log proves nothing. */
export function Export({ chain, from, to }: { chain: Chain; from: string | undefined; to: string | undefined }) {
  const [entries, setEntries] = useState(0);
  const stopping = useRef<AbortController>(null);
  const run = useMutation({
    async mutationFn() {
      stopping.current = new AbortController();
      setEntries(0);
      const period = { from: from ?? everything.from, to: to ?? everything.to };
      const read = await readExport(chain, period, { signal: stopping.current.signal, onEntries: setEntries });
      saveFile(read.file, `audit-${chain}.ndjson`);
      return read.entries;
    },
  });
  const stop = () => {
    stopping.current?.abort();
    run.reset();
  };
  return (
    <Stack gap="xs" maw={420}>
      <Group gap="xs">
        <Button variant="default" loading={run.isPending} onClick={() => run.mutate()}>
          {words.audit.export}
        </Button>
        {run.isPending && (
          <Button variant="subtle" onClick={stop}>
            {words.audit.stop}
          </Button>
        )}
      </Group>
      <div aria-live="polite">
        {run.isPending ? (
          <Text size="sm">{words.audit.exporting(entries)}</Text>
        ) : run.error ? (
          <ProblemNotice error={run.error} />
        ) : (
          <Text size="sm">{run.data === undefined ? words.audit.exportHint : words.audit.exported(run.data)}</Text>
        )}
      </div>
    </Stack>
  );
}
