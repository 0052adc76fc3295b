import { Text } from '@mantine/core';
import { answerOf, api } from '../../../api/client.ts';
import { words } from '../../../words/index.ts';
import { emptyValues, type Field } from '../../connect/schema-fields.ts';
import { SchemaForm } from '../../connect/SchemaForm.tsx';
import type { ConnectionDetail } from '../queries.ts';
import { inWords } from './in-words.ts';
import { PartForm } from './PartForm.tsx';
import { sentOf, usePart } from './use-part.ts';

type Sent = Record<string, string | null>;
const pathOf = (name: string) => `settings.${name}`;
/** As the API takes them: by their own names. */
const byName = (sent: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(sent).map(([path, value]) => [path.slice(pathOf('').length), value])) as Sent;

export function AtProviderForm({
  title,
  connection: { id: connectionId, settings = {} },
  fields,
  onClose,
}: {
  title: string;
  connection: ConnectionDetail;
  fields: Field[];
  onClose: () => void;
}) {
  const part = usePart({
    connectionId,
    theirs: Object.fromEntries(fields.map(({ name }) => [pathOf(name), settings[name] ?? null])),
    save: (changes) =>
      answerOf(
        api.PATCH('/v1/connections/{connectionId}/settings', {
          params: { path: { connectionId } },
          body: { settings: byName(sentOf(changes, 'now')), was: byName(sentOf(changes, 'was')) },
        }),
      ),
    onDone: onClose,
  });
  const empty = emptyValues(fields);
  const getInputProps = (path: string, { type }: { type?: 'checkbox' } = {}) => {
    const { value, error, onChange } = part.field(path);
    const set = (given: unknown) => onChange(valueOf(given, type));
    if (type === 'checkbox') return { checked: value === true, error, onChange: set };
    return { value: value ?? empty[path.slice(pathOf('').length)], error, onChange: set };
  };
  return (
    <PartForm
      title={title}
      part={part}
      inWords={(stands) => Object.fromEntries(fields.map(({ name, label }) => [label, inWords(stands[pathOf(name)])]))}
      onClose={onClose}
    >
      <Text size="sm" c="dimmed">
        {words.connection.settings.atProviderWill}
      </Text>
      <SchemaForm fields={fields} form={{ getInputProps }} path="settings" />
    </PartForm>
  );
}

/** Inputs give a value or the event that brought it; what was left empty is not set. */
function valueOf(given: unknown, type: 'checkbox' | undefined): unknown {
  const target = given !== null && typeof given === 'object' && 'currentTarget' in given ? given.currentTarget : undefined;
  if (type === 'checkbox') return (target as HTMLInputElement).checked;
  const value = target ? (target as HTMLInputElement).value : given;
  return value === '' || (Array.isArray(value) && value.length === 0) ? null : value;
}
