import { Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { answerOf, api, type Schemas } from '../../api/client.ts';
import { may, useSession } from '../../session.ts';
import { SideDrawer } from '../../parts/SideDrawer.tsx';
import { words } from '../../words/index.ts';
import { ClientNote } from '../portal/ClientNote.tsx';
import { days } from '../portal/said.ts';
import { AsClient } from './AsClient.tsx';
import { Publish } from './Publish.tsx';
import { WordsForm } from './WordsForm.tsx';

/** What is being written is shown as the client would get it; what is published is what was saved, and nobody else changed since. */
export function NoteDrawer({ note, onClose }: { note: Schemas['OwnNote']; onClose: () => void }) {
  const [body, setBody] = useState(note.body);
  const isDraft = note.publication === 'draft';
  const mayWrite = may(useSession(), 'portal.write') && isDraft;
  const params = { path: { noteId: note.id } };
  // The words that were looked at when the drawer was opened, or last saved.
  const [seen, setSeen] = useState(note.body);
  const isSaved = body === seen;
  return (
    <SideDrawer title={`${note.sourceLabel}, ${days(note.from, note.until)}`} onClose={onClose}>
      <Stack>
        <AsClient publication={note.publication}>
          <ClientNote note={{ ...note, body: isDraft ? body : note.body }} />
        </AsClient>
        <Text size="sm" c="dimmed">
          {note.metricKey ? words.reports.byRule : words.reports.byPerson}
        </Text>
        {mayWrite && (
          <>
            <WordsForm
              noteId={note.id}
              body={body}
              seen={seen}
              newest={note.body}
              onBody={setBody}
              onSeen={(saved) => {
                setBody(saved);
                setSeen(saved);
              }}
            />
            <Text size="sm" c="dimmed">
              {isSaved ? words.reports.onceOut : words.reports.unsaved}
            </Text>
            <Publish
              rereads="notes"
              disabled={!isSaved}
              publish={() => answerOf(api.POST('/v1/notes/{noteId}/publish', { params, body: { was: seen } }))}
            />
          </>
        )}
      </Stack>
    </SideDrawer>
  );
}
