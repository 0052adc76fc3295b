import { Button, Code, CopyButton, Group, Text } from '@mantine/core';
import { words } from '../../../words/index.ts';
import { StepForm } from '../StepForm.tsx';
import type { StepProps } from '../StepList.tsx';
import { useStep } from '../use-step.ts';

const texts = words.connect.steps.launch;

export function LaunchStep({ progress, connection }: StepProps) {
  const confirming = useStep(connection.id, 'launch');
  const { webhookUrl } = connection;
  return (
    <StepForm
      progress={progress}
      confirming={confirming}
      submit={texts.submit}
      onSubmit={(event) => {
        event.preventDefault();
        confirming.mutate(undefined);
      }}
    >
      {webhookUrl && (
        <div>
          <Text size="sm">{texts.webhook}</Text>
          <Group gap="xs" mt={4}>
            <Code style={{ overflowWrap: 'anywhere' }}>{webhookUrl}</Code>
            <CopyButton value={webhookUrl}>
              {({ copied, copy }) => (
                <Button size="compact-xs" variant="default" onClick={copy}>
                  {copied ? texts.copied : texts.copy}
                </Button>
              )}
            </CopyButton>
          </Group>
        </div>
      )}
    </StepForm>
  );
}
