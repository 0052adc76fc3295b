import type { Schemas } from '../../../api/client.ts';
import { words } from '../../../words/index.ts';
import { Facts } from '../Facts.tsx';
import type { ConnectionDetail } from '../queries.ts';
import { PolicyForm } from './PolicyForm.tsx';
import { Section } from './Section.tsx';

const said = words.connection.settings;

/** How often it is read, when its values are old, and who is called when it fails. */
export function Policy({ connection, streams }: { connection: ConnectionDetail; streams: Schemas['ProviderForms']['streams'] }) {
  const { policy, policyOverrides: overrides, freshness } = connection;
  if (!policy || !overrides) return null;
  return (
    <Section
      connection={connection}
      title={said.policy}
      renderForm={(close) => <PolicyForm connection={connection} {...{ policy, overrides, streams }} onClose={close} />}
    >
      <Facts
        facts={[
          ...streams.map(
            ({ key, label, cadenceS }) => [said.cadence(label), said.every(policy.cadenceS[key] ?? cadenceS)] as const,
          ),
          [said.freshWithin, said.within(freshness.freshWithinS)],
          [said.escalate, said.afterFailedRuns(policy.escalateAfterFailedRuns)],
          [said.ladder, said.rungs(policy.ladder)],
        ]}
      />
    </Section>
  );
}
