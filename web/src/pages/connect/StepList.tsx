import { Badge, Group, Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { Schemas } from '../../api/client.ts';
import { Moment } from '../../parts/Moment.tsx';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { AccessStep } from './steps/AccessStep.tsx';
import { BaselineStep } from './steps/BaselineStep.tsx';
import { LaunchStep } from './steps/LaunchStep.tsx';
import { MappingStep } from './steps/MappingStep.tsx';
import { RecordsStep } from './steps/RecordsStep.tsx';
import { TestRunStep } from './steps/TestRunStep.tsx';
import { Summary } from './Summary.tsx';
import { nameOf } from './use-step.ts';
import type { Progress, Step } from './use-progress.ts';

const texts = words.connect.setup;

export interface StepProps {
  progress: Progress;
  connection: Schemas['ConnectionDetail'];
  provider: Schemas['ProviderForms'];
}

const forms: Record<Step, ComponentType<StepProps>> = {
  access: AccessStep,
  records: RecordsStep,
  mapping: MappingStep,
  test_run: TestRunStep,
  baseline: BaselineStep,
  launch: LaunchStep,
};
const steps = Object.keys(forms) as Step[];
const colours = { done: 'green', busy: 'blue', now: 'blue', later: 'gray' };

/** The six steps from top to bottom: who did what and when, and the form of the next. */
export function StepList(props: StepProps) {
  return (
    <Stack component="ol" gap="sm" p={0} m={0} aria-label={texts.steps} style={{ listStyle: 'none' }}>
      {steps.map((step, index) => (
        <OneStep key={step} step={step} number={index + 1} {...props} />
      ))}
    </Stack>
  );
}

function OneStep({ step, number, ...props }: StepProps & { step: Step; number: number }) {
  const { progress, provider } = props;
  const mayOnboard = may(useSession(), 'connection.onboard');
  const done = progress.confirmed.find((entry) => entry.step === step);
  const isNext = progress.next?.step === step;
  const isBusy = progress.working?.step === step;
  const Form = forms[step];
  const state = done ? 'done' : isBusy ? 'busy' : isNext ? 'now' : 'later';
  return (
    <Paper component="li" withBorder p="md" aria-current={isNext ? 'step' : undefined} shadow={isNext ? 'sm' : ''}>
      <Stack gap="xs">
        <Group gap="md" wrap="nowrap">
          <ThemeIcon
            radius="xl"
            size={32}
            variant={isNext ? 'filled' : 'light'}
            color={done ? 'green' : isNext ? 'harbor' : 'gray'}
          >
            {done ? <IconCheck size={18} aria-hidden /> : <span aria-hidden>{number}</span>}
          </ThemeIcon>
          <Title order={2} size="h4" flex={1}>
            {words.connect.steps[step].title}
          </Title>
          <Badge variant="dot" color={colours[state]}>
            {texts.state[state]}
          </Badge>
        </Group>
        <Stack gap="xs" pl={{ base: 0, sm: 48 }}>
          <Text size="sm" c="dimmed">
            {done ? (
              <>
                {texts.confirmedBy(nameOf(progress, done.by))}, <Moment at={done.at} />
              </>
            ) : (
              words.connect.steps[step].lead
            )}
          </Text>
          {done && <Summary step={done} provider={provider} progress={progress} />}
          {isNext && (mayOnboard ? <Form {...props} /> : <Text size="sm">{texts.readOnly}</Text>)}
        </Stack>
      </Stack>
    </Paper>
  );
}
