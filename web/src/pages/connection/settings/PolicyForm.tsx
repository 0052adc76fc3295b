import { NumberInput } from '@mantine/core';
import { answerOf, api, type Schemas } from '../../../api/client.ts';
import { words } from '../../../words/index.ts';
import type { ConnectionDetail } from '../queries.ts';
import { LadderInput, type Rung } from './LadderInput.tsx';
import { PartForm } from './PartForm.tsx';
import { policyOf } from './policy-parts.ts';
import { SpanInput } from './SpanInput.tsx';
import { sentOf, usePart } from './use-part.ts';

const said = words.connection.settings;
const cadencePath = (stream: string) => `policy.cadenceS.${stream}`;
const orUsual = (value: unknown, inWords: (set: number) => string) => (typeof value === 'number' ? inWords(value) : said.usual);

export function PolicyForm({
  connection: { id: connectionId },
  policy,
  overrides,
  streams,
  onClose,
}: {
  connection: ConnectionDetail;
  policy: Schemas['Policy'];
  overrides: Schemas['PolicyOverrides'];
  streams: Schemas['ProviderForms']['streams'];
  onClose: () => void;
}) {
  const part = usePart({
    connectionId,
    theirs: {
      ...Object.fromEntries(streams.map(({ key }) => [cadencePath(key), overrides.cadenceS?.[key] ?? null])),
      'policy.freshWithinS': overrides.freshWithinS ?? null,
      'policy.escalateAfterFailedRuns': overrides.escalateAfterFailedRuns ?? null,
      'policy.ladder': overrides.ladder ?? null,
    },
    save: (changes) =>
      answerOf(
        api.PATCH('/v1/connections/{connectionId}/policy', {
          params: { path: { connectionId } },
          body: { policy: policyOf(sentOf(changes, 'now')), was: policyOf(sentOf(changes, 'was')) },
        }),
      ),
    onDone: onClose,
  });
  const span = (name: string) => {
    const { value, error, onChange } = part.field(name);
    return { value: value as number | null, error, onChange };
  };
  const escalate = part.field('policy.escalateAfterFailedRuns');
  const ladder = part.field('policy.ladder');
  return (
    <PartForm
      title={said.policy}
      part={part}
      inWords={(stands) => ({
        ...Object.fromEntries(streams.map(({ key, label }) => [label, orUsual(stands[cadencePath(key)], said.every)])),
        [said.freshWithin]: orUsual(stands['policy.freshWithinS'], said.within),
        [said.escalate]: orUsual(stands['policy.escalateAfterFailedRuns'], said.afterFailedRuns),
        [said.ladder]: stands['policy.ladder'] ? said.rungs(stands['policy.ladder'] as Rung[]) : said.usual,
      })}
      onClose={onClose}
    >
      {streams.map(({ key, label, cadenceS }) => (
        <SpanInput
          key={key}
          label={said.cadence(label)}
          description={said.cadenceWill(said.every(cadenceS))}
          usualS={cadenceS}
          {...span(cadencePath(key))}
        />
      ))}
      <SpanInput
        label={said.freshWithin}
        description={said.freshWithinWill}
        usualS={2 * Math.min(...streams.map(({ key, cadenceS }) => policy.cadenceS[key] ?? cadenceS))}
        {...span('policy.freshWithinS')}
      />
      <NumberInput
        label={said.escalate}
        description={said.escalateWill}
        suffix={said.inARow}
        min={1}
        allowDecimal={false}
        placeholder={said.usual}
        value={(escalate.value ?? '') as number | ''}
        error={escalate.error}
        onChange={(value) => escalate.onChange(typeof value === 'number' ? value : null)}
      />
      <LadderInput
        value={ladder.value as Rung[] | null}
        usual={overrides.ladder ? null : policy.ladder}
        error={ladder.error}
        onChange={ladder.onChange}
      />
    </PartForm>
  );
}
