import { useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../../api/client.ts';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { SideDrawer } from '../../parts/SideDrawer.tsx';
import { words } from '../../words/index.ts';
import { TemplateForm } from './TemplateForm.tsx';

/** A template beside the list, or a new one. What somebody writes is not read over: the newest is shown when they ask for it. */
export function TemplateDrawer({
  companyId,
  templateId,
  onClose,
}: {
  companyId: string;
  templateId: string;
  onClose: () => void;
}) {
  const isNew = templateId === 'new';
  const query = useQuery({
    queryKey: ['template', templateId],
    enabled: !isNew,
    queryFn: () => answerOf(api.GET('/v1/templates/{templateId}', { params: { path: { templateId } } })),
    staleTime: Infinity,
    gcTime: 0,
  });
  return (
    <SideDrawer title={query.data?.name ?? words.messages.newTemplate} onClose={onClose}>
      {query.error ? (
        <ProblemNotice error={query.error} again={() => void query.refetch()} />
      ) : isNew || query.data ? (
        <TemplateForm
          key={query.data?.version ?? 0}
          companyId={companyId}
          template={query.data ?? null}
          onSaved={onClose}
          onNewest={() => void query.refetch()}
        />
      ) : (
        <Loading />
      )}
    </SideDrawer>
  );
}
