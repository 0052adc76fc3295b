import { useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../../api/client.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { SideDrawer } from '../../parts/SideDrawer.tsx';
import { words } from '../../words/index.ts';
import { NewNoteForm } from './NewNoteForm.tsx';

interface Props {
  companyId: string;
  onClose: () => void;
  onWritten: (noteId: string) => void;
}

/** A note points at something that happened: one of the newest hundred things, and without any there is none to write. */
export function NewNote({ companyId, onClose, onWritten }: Props) {
  const query = useQuery({
    queryKey: ['activity', companyId],
    queryFn: () =>
      answerOf(api.GET('/v1/companies/{companyId}/activity', { params: { path: { companyId }, query: { limit: 100 } } })),
    staleTime: 60_000,
  });
  const happened = query.data?.items.flatMap(({ sourceLabel, ...one }) => (sourceLabel ? [{ ...one, sourceLabel }] : [])) ?? [];
  return (
    <SideDrawer title={words.reports.newNote} onClose={onClose}>
      {query.error && !query.data ? (
        <ProblemNotice error={query.error} again={() => void query.refetch()} />
      ) : query.isPending ? (
        <Loading />
      ) : happened.length === 0 ? (
        <Empty title={words.reports.nothingHappened} more={words.reports.nothingHappenedMore} />
      ) : (
        <NewNoteForm companyId={companyId} happened={happened} onWritten={onWritten} />
      )}
    </SideDrawer>
  );
}
