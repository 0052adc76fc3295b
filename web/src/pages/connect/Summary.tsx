import { List, Text } from '@mantine/core';
import { words } from '../../words/index.ts';
import type { StepProps } from './StepList.tsx';
import { TestRuns, CountLine } from './TestRuns.tsx';
import type { Progress } from './use-progress.ts';

const texts = words.connect.summary;
type Confirmed = Progress['confirmed'][number];
type Facts = Confirmed['summary'];

/** What a confirmed step found, for whoever reviews it. */
export function Summary({ step, provider, progress }: { step: Confirmed } & Pick<StepProps, 'provider' | 'progress'>) {
  const { summary } = step;
  if (step.step === 'test_run')
    return (
      <>
        <CountLine counts={summary} />
        {progress.testRuns.length > 0 && <TestRuns runs={progress.testRuns} provider={provider} />}
      </>
    );
  const lines = linesOf(step, provider).filter((line) => line !== undefined);
  if (lines.length === 0) return null;
  if (lines.length === 1) return <Text size="sm">{lines[0]}</Text>;
  return (
    <List size="sm" spacing={2}>
      {lines.map((line) => (
        <List.Item key={line}>{line}</List.Item>
      ))}
    </List>
  );
}

function linesOf({ step, summary }: Confirmed, provider: StepProps['provider']): (string | undefined)[] {
  switch (step) {
    case 'access': {
      const way = provider.auth.find(({ kind }) => kind === summary['auth']);
      return [
        way && texts.way(way.label),
        told(summary, 'accountStatus', (status) => texts.account(String(status))),
        told(summary, 'reaches', (count) => texts.reaches(Number(count))),
        told(summary, 'scopes', (scopes) => texts.scopes(String(scopes))),
      ];
    }
    case 'records':
      return [told(summary, 'jobs', (count) => texts.jobs(Number(count)))];
    case 'mapping':
      return [
        ...provider.streams.map(({ key, label }) =>
          told(summary, `${key}.sampled`, (sampled) => texts.mapped(label, Number(summary[`${key}.mapped`]), Number(sampled))),
        ),
        told(summary, 'stages', (count) => texts.stages(Number(count))),
      ];
    case 'baseline':
      return provider.cards.map(({ metricKey, title }) => told(summary, metricKey, (value) => `${title}: ${value}`));
    case 'launch':
      return [told(summary, 'schedules', (count) => texts.schedules(Number(count)))];
    case 'test_run':
      return [];
  }
}

const told = (summary: Facts, name: string, say: (value: Facts[string]) => string) => {
  const value = summary[name];
  return value === undefined ? undefined : say(value);
};
