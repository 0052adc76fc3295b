import { Select, Textarea, TextInput } from '@mantine/core';
import { answerOf, api } from '../../../api/client.ts';
import { useOwners } from '../../../people.ts';
import { words } from '../../../words/index.ts';
import type { ConnectionDetail } from '../queries.ts';
import { PartForm } from './PartForm.tsx';
import { sentOf, textOf, usePart } from './use-part.ts';

const said = words.connection.settings;

export function AboutForm({ connection, onClose }: { connection: ConnectionDetail; onClose: () => void }) {
  const { id: connectionId, companyId, label, purpose, reason, owner, ownerUserId } = connection;
  const people = (useOwners(companyId) ?? []).map((person) => ({ value: person.id, label: person.name }));
  const isListed = ownerUserId === null || people.some(({ value }) => value === ownerUserId);
  const choices = isListed ? people : [...people, { value: ownerUserId, label: owner?.name ?? words.editing.somebodyElse }];
  const part = usePart({
    connectionId,
    theirs: { label, ownerUserId, purpose, reason },
    save: (changes) =>
      answerOf(
        api.PATCH('/v1/connections/{connectionId}', {
          params: { path: { connectionId } },
          body: { ...sentOf(changes, 'now'), was: sentOf(changes, 'was') },
        }),
      ),
    onDone: onClose,
  });
  const chosen = part.field('ownerUserId');
  const nameOf = (userId: unknown) => choices.find(({ value }) => value === userId)?.label ?? said.nobody;
  return (
    <PartForm
      title={said.about}
      part={part}
      inWords={(stands) => ({
        [said.label]: String(stands['label']),
        [said.owner]: nameOf(stands['ownerUserId']),
        [said.purpose]: String(stands['purpose']),
        [said.reason]: String(stands['reason']),
      })}
      onClose={onClose}
    >
      <TextInput label={said.label} description={said.labelWill} withAsterisk {...textOf(part.field('label'))} />
      <Select
        label={said.owner}
        description={said.ownerWill}
        placeholder={said.nobody}
        data={choices}
        clearable
        searchable
        value={chosen.value as string | null}
        error={chosen.error}
        onChange={chosen.onChange}
      />
      <TextInput label={said.purpose} description={said.purposeWill} withAsterisk {...textOf(part.field('purpose'))} />
      <Textarea label={said.reason} withAsterisk autosize minRows={2} {...textOf(part.field('reason'))} />
    </PartForm>
  );
}
