import { useNavigate, useSearch } from '@tanstack/react-router';
import { answerOf, api } from '../../api/client.ts';
import { useList } from '../../list.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { days } from '../portal/said.ts';
import { NewNote } from './NewNote.tsx';
import { NoteDrawer } from './NoteDrawer.tsx';
import type { Show } from './Reports.tsx';
import { Row } from './Row.tsx';

export function Notes({ companyId, show }: { companyId: string; show: Show }) {
  const { note: opened } = useSearch({ from: '/signed-in/reports' });
  const navigate = useNavigate({ from: '/reports' });
  const mayWrite = may(useSession(), 'portal.write');
  const open = (note = '') => void navigate({ search: (before) => ({ ...before, note }), replace: true, resetScroll: false });
  const list = useList({
    queryKey: ['notes', companyId, show],
    read: (cursor) =>
      answerOf(
        api.GET('/v1/companies/{companyId}/notes', {
          params: {
            path: { companyId },
            query: { limit: 25, ...(show !== 'all' && { publication: show }), ...(cursor && { cursor }) },
          },
        }),
      ),
  });
  if (list.error && !list.data) return <ProblemNotice error={list.error} again={() => void list.refetch()} />;
  if (list.isPending) return <Loading />;
  const chosen = list.items.find(({ id }) => id === opened);
  return (
    <>
      {list.items.length === 0 ? (
        <Empty title={words.reports.noNote} more={words.reports.noNoteMore} />
      ) : (
        <VirtualList label={words.reports.tabs.notes} list={list} rowHeight={110}>
          {(note) => (
            <Row thing={note} title={`${note.sourceLabel}, ${days(note.from, note.until)}`} onOpen={() => open(note.id)}>
              {note.body}
            </Row>
          )}
        </VirtualList>
      )}
      {chosen && <NoteDrawer key={chosen.id} note={chosen} onClose={() => open()} />}
      {opened === 'new' && mayWrite && (
        <NewNote
          companyId={companyId}
          onClose={() => open()}
          // Among all, where it is whichever were shown.
          onWritten={(note) => void navigate({ search: { tab: 'notes', note }, replace: true, resetScroll: false })}
        />
      )}
    </>
  );
}
