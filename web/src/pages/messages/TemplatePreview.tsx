import { Paper, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, api, type Schemas } from '../../api/client.ts';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';

export const readPreview = (companyId: string, body: string, values: Record<string, string>) =>
  answerOf(api.POST('/v1/companies/{companyId}/templates/preview', { params: { path: { companyId } }, body: { body, values } }));

/** What it costs and how it reads, while it is being written; counted where messages are sent, so that both say the same. */
export function TemplatePreview({ companyId, body }: { companyId: string; body: string }) {
  const [examples, setExamples] = useState<Record<string, string>>({});
  const [asked] = useDebouncedValue({ body, examples }, 250);
  const query = useQuery({
    queryKey: ['template-preview', companyId, asked.body, asked.examples],
    enabled: asked.body !== '',
    queryFn: () => readPreview(companyId, asked.body, asked.examples),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
  });
  if (asked.body === '') return null;
  if (query.error) return <ProblemNotice error={query.error} again={() => void query.refetch()} />;
  if (!query.data) return null;
  const { variables, size, filled } = query.data;
  return (
    <Stack gap="sm" component="section" aria-label={words.messages.preview}>
      {variables.length > 0 && (
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {variables.map((name) => (
            <TextInput
              key={name}
              label={words.messages.example(name)}
              value={examples[name] ?? ''}
              maxLength={200}
              onChange={({ currentTarget: { value } }) => setExamples((before) => ({ ...before, [name]: value }))}
            />
          ))}
        </SimpleGrid>
      )}
      <Paper withBorder radius="lg" p="md" bg="var(--mantine-color-default-hover)">
        <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{filled.text}</Text>
      </Paper>
      <div aria-live="polite">
        <Size label={words.messages.asWritten} size={size} />
        {filled.text !== asked.body && <Size label={words.messages.filled} size={filled.size} />}
        {filled.size.encoding === 'UCS-2' && <Text size="sm">{words.messages.unicode}</Text>}
        {filled.size.segments > 1 && <Text size="sm">{words.messages.partsCost}</Text>}
      </div>
    </Stack>
  );
}

function Size({ label, size: { segments, characters, encoding } }: { label: string; size: Schemas['SmsSize'] }) {
  return (
    <Text size="sm">
      {label}: <b>{words.messages.segments(segments)}</b> · {words.messages.characters(characters)} ·{' '}
      {words.messages.encodings[encoding]}
    </Text>
  );
}
