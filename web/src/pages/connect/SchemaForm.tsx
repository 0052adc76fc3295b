import { NumberInput, PasswordInput, Select, Stack, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { words } from '../../words/index.ts';
import type { Field } from './schema-fields.ts';

/** What a field needs of the form that it stands in. */
interface Form {
  getInputProps(path: string, options?: { type: 'checkbox' }): any;
}

/** The fields of a provider's form; `path` is where their values stand in the form, and in what the API says is wrong. */
export function SchemaForm({ fields, form, path }: { fields: Field[]; form: Form; path: string }) {
  return (
    <Stack gap="md">
      {fields.map((field) => (
        <SchemaField key={`${path}.${field.name}`} field={field} form={form} path={`${path}.${field.name}`} />
      ))}
    </Stack>
  );
}

function SchemaField({ field, form, path }: { field: Field; form: Form; path: string }) {
  const { kind, label, description, choices, isRequired } = field;
  const shared = { label, description, withAsterisk: isRequired, ...form.getInputProps(path) };
  switch (kind) {
    case 'secret':
      return <PasswordInput {...shared} autoComplete="off" data-1p-ignore />;
    case 'longSecret':
      return <Textarea {...shared} autosize minRows={4} maxRows={10} autoComplete="off" spellCheck={false} />;
    case 'choice':
      return <Select {...shared} data={choices} clearable={!isRequired} />;
    case 'flag':
      return <Switch label={label} description={description} {...form.getInputProps(path, { type: 'checkbox' })} />;
    case 'number':
      return <NumberInput {...shared} />;
    case 'list':
      return <TagsInput {...shared} placeholder={words.connect.form.listHint} acceptValueOnBlur />;
    case 'phone':
      return <TextInput {...shared} type="tel" autoComplete="off" />;
    case 'text':
      return <TextInput {...shared} autoComplete="off" />;
  }
}
