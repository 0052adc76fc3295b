import { Button, Collapse, Paper, SimpleGrid, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useId } from 'react';
import { words } from '../../words/index.ts';
import type { Content } from './content.ts';
import { PathInput, type SourceField } from './SourceInput.tsx';

const text = words.mappings;

/** What makes a record known again: rarely changed, so it stays out of the way. */
export function Identity({
  content,
  fields,
  onChange,
}: {
  content: Content;
  fields: SourceField[];
  onChange: (content: Content) => void;
}) {
  const [isOpen, { toggle }] = useDisclosure();
  const id = useId();
  const { companyField, ...withoutCompany } = content;
  const company = (source: string, sourceWhenInbound: string) =>
    onChange(
      source || sourceWhenInbound
        ? { ...content, companyField: { source, ...(sourceWhenInbound && { sourceWhenInbound }) } }
        : withoutCompany,
    );
  return (
    <Paper withBorder p="md">
      <Button
        variant="subtle"
        color="gray"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={toggle}
        leftSection={isOpen ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />}
        styles={{ label: { whiteSpace: 'normal', textAlign: 'start' } }}
      >
        {text.identity}
      </Button>
      <Collapse expanded={isOpen} id={id} keepMounted={false}>
        <Stack mt="sm">
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            <PathInput
              label={text.externalId}
              isLabelShown
              value={content.externalId}
              fields={fields}
              onChange={(externalId) => onChange({ ...content, externalId })}
            />
            <PathInput
              label={text.sourceUpdatedAt}
              isLabelShown
              value={content.sourceUpdatedAt}
              fields={fields}
              onChange={(sourceUpdatedAt) => onChange({ ...content, sourceUpdatedAt })}
            />
            <PathInput
              label={text.company}
              isLabelShown
              value={companyField?.source ?? ''}
              fields={fields}
              onChange={(source) => company(source, companyField?.sourceWhenInbound ?? '')}
            />
            {content.fields.some(({ target }) => target === 'direction') && (
              <PathInput
                label={text.companyInbound}
                isLabelShown
                value={companyField?.sourceWhenInbound ?? ''}
                fields={fields}
                onChange={(inbound) => company(companyField?.source ?? '', inbound)}
              />
            )}
          </SimpleGrid>
        </Stack>
      </Collapse>
    </Paper>
  );
}
