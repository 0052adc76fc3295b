import { Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { words } from '../../../words/index.ts';
import { CardPreview } from '../CardPreview.tsx';
import { errorsAt } from '../form-errors.ts';
import { StepForm } from '../StepForm.tsx';
import type { StepProps } from '../StepList.tsx';
import { useStep } from '../use-step.ts';

const texts = words.connect.steps.baseline;
const names = ['nextAction', 'explanation'];

export function BaselineStep({ progress, connection }: StepProps) {
  const confirming = useStep(connection.id, 'baseline');
  const form = useForm({ initialValues: { nextAction: '', explanation: '' } });
  return (
    <StepForm
      progress={progress}
      confirming={confirming}
      submit={texts.submit}
      isToldAtField={errorsAt(confirming.error, names) !== undefined}
      onSubmit={form.onSubmit((values) =>
        confirming.mutate(values, { onError: (error) => form.setErrors(errorsAt(error, names) ?? {}) }),
      )}
    >
      <Stack gap="md" maw={560}>
        <TextInput
          label={texts.nextAction}
          description={texts.nextActionHint}
          withAsterisk
          maxLength={200}
          {...form.getInputProps('nextAction')}
        />
        <Textarea
          label={texts.explanation}
          description={texts.explanationHint}
          withAsterisk
          autosize
          minRows={2}
          maxLength={280}
          {...form.getInputProps('explanation')}
        />
      </Stack>
      <CardPreview connectionId={connection.id} nextAction={form.values.nextAction} />
    </StepForm>
  );
}
