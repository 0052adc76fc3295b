import { Empty } from '../../parts/Empty.tsx';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';
import { Editor } from './Editor.tsx';
import type { Direction } from './queries.ts';
import type { Published } from './Publish.tsx';
import { Reading } from './Reading.tsx';
import { useMapping } from './use-mapping.ts';

/** One mapping of a connection, to be edited on a sample and published; for those who may not, to be read. */
export function MappingEditor({
  connectionId,
  object,
  direction = 'in',
  onPublished,
}: {
  connectionId: string;
  /** `deal`, for example; the connection’s mappings name them in `reads`. */
  object: string;
  direction?: Direction;
  onPublished?: (published: Published) => void;
}) {
  const of = { connectionId, object, direction };
  const mapping = useMapping(of);
  const { said, error, isPending, mayEdit, refetch } = mapping;
  if (error) return <ProblemNotice error={error} again={() => void refetch()} />;
  if (isPending) return <Loading />;
  if (!said) return <Empty title={words.mappings.none} more={words.mappings.noneMore} />;
  if (!mayEdit) return <Reading version={said.published?.version ?? null} content={said.content} />;
  return (
    <Editor
      key={`${connectionId} ${object} ${direction}`}
      of={of}
      said={said}
      fields={mapping.fields}
      draft={mapping.draft}
      {...(onPublished && { onPublished })}
    />
  );
}
