import type { Schemas } from '../../../api/client.ts';
import { words } from '../../../words/index.ts';
import { fieldsOf } from '../../connect/schema-fields.ts';
import { Facts } from '../Facts.tsx';
import type { ConnectionDetail } from '../queries.ts';
import { AtProviderForm } from './AtProviderForm.tsx';
import { inWords } from './in-words.ts';
import { Section } from './Section.tsx';

const said = words.connection.settings;

/** The provider's own settings; nothing where it has none. */
export function AtProvider({ connection, forms }: { connection: ConnectionDetail; forms: Schemas['ProviderForms'] }) {
  const fields = fieldsOf(forms.settings);
  if (fields.length === 0) return null;
  const { settings = {} } = connection;
  const title = said.atProvider(connection.provider.label);
  return (
    <Section
      connection={connection}
      title={title}
      renderForm={(close) => <AtProviderForm title={title} connection={connection} fields={fields} onClose={close} />}
    >
      <Facts facts={fields.map(({ name, label }) => [label, inWords(settings[name]) || said.notSet] as const)} />
    </Section>
  );
}
