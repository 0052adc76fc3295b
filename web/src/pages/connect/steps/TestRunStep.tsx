import { Text } from '@mantine/core';
import { words } from '../../../words/index.ts';
import { StepForm } from '../StepForm.tsx';
import type { StepProps } from '../StepList.tsx';
import { TestRuns } from '../TestRuns.tsx';
import { useStep } from '../use-step.ts';

const texts = words.connect.steps.test_run;

/** Its counts grow while it goes on; what failed is named with the reason, also when it was stopped by that. */
export function TestRunStep({ progress, connection, provider }: StepProps) {
  const confirming = useStep(connection.id, 'test_run');
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
      {progress.working && (
        <Text size="sm" component="output">
          {texts.busy}
        </Text>
      )}
      <TestRuns runs={progress.testRuns} provider={provider} />
    </StepForm>
  );
}
