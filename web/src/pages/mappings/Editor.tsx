import { Alert, Anchor, Stack, Text } from '@mantine/core';
import { Link, useBlocker } from '@tanstack/react-router';
import { useState } from 'react';
import { words } from '../../words/index.ts';
import { DraftBar } from './DraftBar.tsx';
import { FieldRow } from './FieldRow.tsx';
import { Identity } from './Identity.tsx';
import { Publish, type Published } from './Publish.tsx';
import { Sample } from './Sample.tsx';
import type { SourceField } from './SourceInput.tsx';
import { issuesByField, withField } from './content.ts';
import type { Draft, MappingKey } from './queries.ts';
import { useEditing } from './use-editing.ts';
import type { useMapping } from './use-mapping.ts';
import { usePreview } from './use-preview.ts';

const text = words.mappings;

export function Editor({
  of,
  said: { published, content: inForce, targets },
  fields,
  draft,
  onPublished,
}: {
  of: MappingKey;
  said: NonNullable<ReturnType<typeof useMapping>['said']>;
  fields: SourceField[];
  draft: Draft | null;
  onPublished?: (published: Published) => void;
}) {
  const editing = useEditing(of, draft, inForce);
  const { content, setContent, isDirty } = editing;
  const preview = usePreview(of, content);
  const [asked, setAsked] = useState<Draft | null>(null);
  const [done, setDone] = useState<Published | null>(null);
  useBlocker({
    enableBeforeUnload: isDirty,
    shouldBlockFn: ({ current, next }) => isDirty && isElsewhere(current, next) && !confirm(text.leave),
  });

  const { data: raw } = preview.raw;
  const offered = fields.map((field) => ({ ...field, ...(raw?.has(field.path) && { sample: raw.get(field.path)! }) }));
  const known = preview.isFaulty ? preview.issues : isDirty ? [] : (draft?.issues ?? []);
  const issues = issuesByField(known, content);
  return (
    <Stack>
      <DraftBar
        of={of}
        editing={editing}
        draft={draft}
        version={published?.version ?? null}
        onPublish={(saved) => setAsked(saved)}
      />
      {done && !isDirty && <Done of={of} published={done} />}
      <Sample of={preview} />
      {issues.others.map((issue) => (
        <Text key={issue} c="var(--mantine-color-error)" role="alert">
          {issue}
        </Text>
      ))}
      <Stack gap="xs">
        {targets.map((target) => (
          <FieldRow
            key={target.name}
            target={target}
            direction={of.direction}
            content={content}
            fields={offered}
            issues={issues.of.get(target.name) ?? []}
            seen={preview.isFaulty ? null : preview.seen}
            onChange={(field) => setContent(withField(content, target.name, field))}
          />
        ))}
      </Stack>
      {of.direction === 'in' && <Identity content={content} fields={offered} onChange={setContent} />}
      {asked && (
        <Publish
          of={of}
          draft={asked}
          inForce={published ? inForce : null}
          version={(published?.version ?? 0) + 1}
          onClose={() => setAsked(null)}
          onPublished={(now) => {
            setAsked(null);
            setDone(now);
            onPublished?.(now);
          }}
        />
      )}
    </Stack>
  );
}

type Place = { pathname: string; search: object };

/** Another page, or another mapping on this one; the tabs of this one keep what was typed. */
function isElsewhere(current: Place, next: Place): boolean {
  const chosen = ({ pathname, search }: Place) => {
    const { object, direction, company } = search as Record<string, unknown>;
    return JSON.stringify([pathname, object, direction, company]);
  };
  return chosen(current) !== chosen(next);
}

/** What publishing mended, and what to do next. */
function Done({
  of: { connectionId, object, direction },
  published: { version, mends },
}: {
  of: MappingKey;
  published: Published;
}) {
  return (
    <Alert color="green" variant="light" title={text.published(version)}>
      <Text size="sm" component="output" display="block">
        {mends.sentence}
      </Text>
      {mends.items > 0 && (
        <Anchor size="sm" mr="md" renderRoot={(props) => <Link to="/failures" {...props} />}>
          {text.toFailures}
        </Anchor>
      )}
      {direction === 'in' && (
        <Anchor
          size="sm"
          renderRoot={(props) => (
            <Link to="/connections/$connectionId/mapping" params={{ connectionId }} search={{ object, tab: 'rows' }} {...props} />
          )}
        >
          {text.toRows}
        </Anchor>
      )}
    </Alert>
  );
}
