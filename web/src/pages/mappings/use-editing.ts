import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { isSame } from '../../same.ts';
import { contentOf, type Content } from './content.ts';
import { draftQuery, saveDraft, type Draft, type MappingKey } from './queries.ts';

interface Typed {
  seen: { revision: number | null; mapping: Content };
  content: Content;
}
/** Where what was typed stays while the editor is closed, as long as the page is open. */
const typedOf = ({ connectionId, object, direction }: MappingKey) => ['mapping-typed', connectionId, object, direction];

/**
 * What one person makes of a mapping. `seen` is what they began from, `theirs` what the server has now: when that is not what they saw,
 * and they have changes of their own, both stay until they choose. Without changes of their own they simply see the newer one.
 */
export function useEditing(key: MappingKey, draft: Draft | null, inForce: Content) {
  const client = useQueryClient();
  client.setQueryDefaults(['mapping-typed'], { gcTime: Infinity });
  const theirs = useMemo(
    () => ({ revision: draft?.revision ?? null, mapping: contentOf(draft?.mapping ?? inForce) }),
    [draft, inForce],
  );
  const typed = typedOf(key);
  const [begun] = useState(() => client.getQueryData<Typed>(typed) ?? { seen: theirs, content: theirs.mapping });
  const [seen, setSeen] = useState(begun.seen);
  const [content, setContent] = useState(begun.content);
  const [ownRevision, setOwnRevision] = useState<number | null>(null);

  const isDirty = !isSame(content, seen.mapping);
  const isNewer = theirs.revision !== seen.revision || !isSame(theirs.mapping, seen.mapping);
  const isOwn = theirs.revision !== null && theirs.revision === ownRevision;
  const isOvertaken = isNewer && !isOwn && isDirty && !isSame(content, theirs.mapping);
  if (isNewer && !isOvertaken) {
    setSeen(theirs);
    if (!isOwn) setContent(theirs.mapping);
  }
  useEffect(() => {
    if (isDirty) client.setQueryData<Typed>(typed, { seen, content });
    else client.removeQueries({ queryKey: typed });
  });

  return {
    content,
    setContent,
    isDirty,
    isOvertaken,
    theirs,
    undo: () => setContent(seen.mapping),
    takeTheirs() {
      setSeen(theirs);
      setContent(theirs.mapping);
    },
    /** Over the draft that the person saw: `seen` unless they looked at a newer one and chose theirs. Somebody else's is never written over unseen. */
    async save(over: number | null = seen.revision): Promise<Draft> {
      try {
        const saved = await saveDraft(key, over, content);
        setOwnRevision(saved.revision);
        client.setQueryData(draftQuery(key).queryKey, saved);
        return saved;
      } catch (error) {
        await client.invalidateQueries({ queryKey: draftQuery(key).queryKey });
        throw error;
      }
    },
  };
}
