import { Anchor, Button, Collapse, Group, Paper, SegmentedControl, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Loading } from '../../../parts/Page.tsx';
import { words } from '../../../words/index.ts';
import { StepForm } from '../StepForm.tsx';
import type { StepProps } from '../StepList.tsx';
import { useStep } from '../use-step.ts';

const texts = words.connect.steps.mapping;
const MappingEditor = lazy(async () => ({ default: (await import('../../mappings/MappingEditor.tsx')).MappingEditor }));

/** The usual mapping will do for most: the editor opens for those who want another. */
export function MappingStep(props: StepProps) {
  const { progress, connection } = props;
  const [isOpen, { toggle }] = useDisclosure();
  const confirming = useStep(connection.id, 'mapping');
  return (
    <Stack gap="sm">
      <Group mt="xs" gap="md">
        <Button variant="default" size="xs" onClick={toggle} aria-expanded={isOpen}>
          {isOpen ? texts.close : texts.change}
        </Button>
        <Anchor
          size="sm"
          renderRoot={(link) => (
            <Link to="/connections/$connectionId/mapping" params={{ connectionId: connection.id }} {...link} />
          )}
        >
          {texts.ownPage}
        </Anchor>
      </Group>
      <Collapse expanded={isOpen}>{isOpen && <Editors {...props} />}</Collapse>
      <StepForm
        progress={progress}
        confirming={confirming}
        submit={texts.submit}
        onSubmit={(event) => {
          event.preventDefault();
          confirming.mutate(undefined);
        }}
      />
    </Stack>
  );
}

function Editors({ connection, provider }: StepProps) {
  const [object, setObject] = useState(provider.streams[0]?.object ?? '');
  return (
    <Paper withBorder p="md">
      <Stack gap="md">
        <Text size="sm">{texts.publishFirst}</Text>
        {provider.streams.length > 1 && (
          <SegmentedControl
            aria-label={texts.which}
            value={object}
            onChange={setObject}
            data={provider.streams.map(({ object: value, label }) => ({ value, label }))}
            orientation="vertical"
            fullWidth
          />
        )}
        <Suspense fallback={<Loading />}>
          <MappingEditor key={object} connectionId={connection.id} object={object} />
        </Suspense>
      </Stack>
    </Paper>
  );
}
