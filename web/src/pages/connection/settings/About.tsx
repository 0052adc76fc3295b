import { words } from '../../../words/index.ts';
import { Facts } from '../Facts.tsx';
import type { ConnectionDetail } from '../queries.ts';
import { AboutForm } from './AboutForm.tsx';
import { Section } from './Section.tsx';

const said = words.connection.settings;

export function About({ connection }: { connection: ConnectionDetail }) {
  const { label, purpose, reason, owner, ownerUserId, webhookUrl } = connection;
  return (
    <Section
      connection={connection}
      title={said.about}
      renderForm={(close) => <AboutForm connection={connection} onClose={close} />}
    >
      <Facts
        facts={[
          [said.label, label],
          [said.owner, ownerUserId && owner ? owner.name : said.nobody],
          [said.purpose, purpose],
          [said.reason, reason],
          [said.webhook, webhookUrl ?? said.noWebhook],
        ]}
      />
    </Section>
  );
}
