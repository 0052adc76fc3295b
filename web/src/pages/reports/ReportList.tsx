import { Stack, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { answerOf, api, type Schemas } from '../../api/client.ts';
import { useList } from '../../list.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { SideDrawer } from '../../parts/SideDrawer.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { words } from '../../words/index.ts';
import { ClientReport, reportTitle } from '../portal/ClientReport.tsx';
import { AsClient } from './AsClient.tsx';
import { Publish } from './Publish.tsx';
import type { Show } from './Reports.tsx';
import { Row } from './Row.tsx';

export function ReportList({ companyId, show }: { companyId: string; show: Show }) {
  const { report: opened } = useSearch({ from: '/signed-in/reports' });
  const navigate = useNavigate({ from: '/reports' });
  const open = (report = '') => void navigate({ search: (before) => ({ ...before, report }), replace: true, resetScroll: false });
  const list = useList({
    queryKey: ['reports', companyId, show],
    read: (cursor) =>
      answerOf(
        api.GET('/v1/companies/{companyId}/reports', {
          params: {
            path: { companyId },
            query: { limit: 25, ...(show !== 'all' && { publication: show }), ...(cursor && { cursor }) },
          },
        }),
      ),
  });
  if (list.error && !list.data) return <ProblemNotice error={list.error} again={() => void list.refetch()} />;
  if (list.isPending) return <Loading />;
  if (list.items.length === 0) return <Empty title={words.reports.noReport} more={words.reports.noReportMore} />;
  const chosen = list.items.find(({ id }) => id === opened);
  return (
    <>
      <VirtualList label={words.reports.tabs.reports} list={list} rowHeight={90}>
        {(report) => (
          <Row thing={report} title={reportTitle(report)} onOpen={() => open(report.id)}>
            {report.completeness && words.portal.completeness(report.completeness)}
          </Row>
        )}
      </VirtualList>
      {chosen && <ReportDrawer report={chosen} onClose={() => open()} />}
    </>
  );
}

function ReportDrawer({ report, onClose }: { report: Schemas['Report']; onClose: () => void }) {
  return (
    <SideDrawer title={reportTitle(report)} onClose={onClose}>
      <Stack>
        <AsClient publication={report.publication}>
          <ClientReport report={report} />
        </AsClient>
        {report.publication === 'draft' && (
          <>
            <Text size="sm" c="dimmed">
              {words.reports.onceOut}
            </Text>
            <Publish
              rereads="reports"
              publish={() => answerOf(api.POST('/v1/reports/{reportId}/publish', { params: { path: { reportId: report.id } } }))}
            />
          </>
        )}
      </Stack>
    </SideDrawer>
  );
}
