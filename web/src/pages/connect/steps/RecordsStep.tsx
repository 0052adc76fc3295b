import { words } from '../../../words/index.ts';
import { StepForm } from '../StepForm.tsx';
import type { StepProps } from '../StepList.tsx';
import { useStep } from '../use-step.ts';

export function RecordsStep({ progress, connection }: StepProps) {
  const confirming = useStep(connection.id, 'records');
  return (
    <StepForm
      progress={progress}
      confirming={confirming}
      submit={words.connect.steps.records.submit}
      onSubmit={(event) => {
        event.preventDefault();
        confirming.mutate(undefined);
      }}
    />
  );
}
