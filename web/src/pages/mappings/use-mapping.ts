import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { contentOf, type Content, type Target } from './content.ts';
import { draftQuery, mappingsQuery, sourceFieldsQuery, type MappingKey } from './queries.ts';
import type { SourceField } from './SourceInput.tsx';
import { may, useSession } from '../../session.ts';

/** All that is known of one mapping: its versions, its draft, what it may fill and from what. */
export function useMapping(key: MappingKey) {
  const mayEdit = may(useSession(), 'mapping.write');
  const mappings = useQuery(mappingsQuery(key.connectionId));
  const draft = useQuery({ ...draftQuery(key), enabled: mayEdit });
  const known = useQuery(sourceFieldsQuery(key.connectionId));
  const { data } = mappings;
  const { object, direction } = key;
  const said = useMemo(() => {
    if (!data) return null;
    const reads = data.reads.find((each) => each.object === object);
    const writes = data.writes.find((each) => each.object === object);
    const versions = data.items.filter((each) => each.object === object && each.direction === direction);
    const usual = (direction === 'in' ? reads : writes)?.mapping;
    if (!reads || !usual) return null;
    const published = versions.at(0);
    const content: Content = contentOf(published?.mapping ?? usual);
    return { versions, published, content, targets: targetsOf(reads.fields, writes?.fields, direction), ours: reads.fields };
  }, [data, object, direction]);
  const fields: SourceField[] = useMemo(
    () =>
      direction === 'in'
        ? (known.data?.items.filter((field) => field.object === object) ?? [])
        : (said?.ours.map(({ name, kind }) => ({ path: name, type: typeOf(kind), state: 'present', mappedTo: null })) ?? []),
    [known.data, said, object, direction],
  );
  const queries = mayEdit ? [mappings, draft, known] : [mappings, known];
  return {
    said,
    fields,
    draft: draft.data ?? null,
    mayEdit,
    isPending: queries.some((query) => query.isPending),
    error: queries.find((query) => query.error && !query.data)?.error ?? null,
    refetch: () => Promise.all(queries.map((query) => query.refetch())),
  };
}

type Fields = Pick<Target, 'name' | 'kind' | 'required' | 'values'>[];

function targetsOf(
  ours: Fields,
  theirs: { name: string; kind: string; clearable: boolean }[] | undefined,
  direction: MappingKey['direction'],
): Target[] {
  if (direction === 'in') return ours.map((field) => ({ ...field, isClearable: true }));
  return (theirs ?? []).map(({ name, kind, clearable }) => ({
    name,
    kind,
    required: false,
    values: null,
    isClearable: clearable,
  }));
}

const typeOf = (kind: string): SourceField['type'] => (kind === 'integer' || kind === 'decimal' ? 'number' : 'text');
