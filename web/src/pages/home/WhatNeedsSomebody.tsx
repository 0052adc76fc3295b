import { Alert, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCompany } from '../../company.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { may, useSession, type Session } from '../../session.ts';
import { words } from '../../words/index.ts';
import { incidentsQuery, isOpen } from '../incidents/queries.ts';
import { Attention, Failures, Incidents, needsAttention, Tasks } from './parts.tsx';
import { failureGroupsQuery, healthQuery, openTasksQuery, useMine } from './queries.ts';
import { Yours } from './Yours.tsx';

/** What each role works on first: admins keep connections going, operators work off what failed. */
function orderOf(session: Session) {
  if (may(session, 'connection.create')) return ['attention', 'incidents', 'failures', 'tasks'] as const;
  if (may(session, 'failure.work')) return ['failures', 'tasks', 'incidents', 'attention'] as const;
  return ['incidents', 'attention', 'tasks'] as const;
}

export function WhatNeedsSomebody() {
  const session = useSession();
  const { companyId } = useCompany();
  const { isOnDuty, owned } = useMine(companyId);
  const [incidents, tasks, health] = [
    useQuery(incidentsQuery(companyId)),
    useQuery(openTasksQuery(companyId)),
    useQuery(healthQuery(companyId)),
  ];
  const seesFailures = may(session, 'failure.read');
  const failures = useQuery({ ...failureGroupsQuery(companyId), enabled: seesFailures });
  const queries = [incidents, tasks, health, ...(seesFailures ? [failures] : [])];

  const open = incidents.data?.items.filter(isOpen) ?? [];
  const isMine = ({ connectionId }: { connectionId: string | null }) => connectionId !== null && owned.has(connectionId);
  const todo = tasks.data?.items ?? [];
  const ill = health.data?.items.filter(needsAttention) ?? [];
  const groups = failures.data?.items ?? [];
  const parts = {
    attention: <Attention key="attention" connections={ill} />,
    incidents: <Incidents key="incidents" incidents={open.filter((incident) => !isMine(incident))} />,
    failures: <Failures key="failures" groups={groups} hasMore={Boolean(failures.data?.nextCursor)} />,
    tasks: <Tasks key="tasks" tasks={todo.filter((task) => !isMine(task))} />,
  };
  const isWell = queries.every(({ data }) => data) && [open, todo, ill, groups].every(({ length }) => length === 0);
  return (
    <Page
      title={words.home.title}
      of={{ isPending: queries.every((query) => query.isPending), error: null, refetch: () => undefined }}
    >
      {() => (
        <Stack gap="xl">
          {isOnDuty && <Alert variant="light" title={words.home.onDuty} />}
          {queries.map(
            ({ error, data, refetch }, place) =>
              // oxlint-disable-next-line react/no-array-index-key -- their order never changes
              error && !data && <ProblemNotice key={place} error={error} again={() => void refetch()} />,
          )}
          {isWell && <Empty title={words.home.allWell} more={words.home.allWellMore} />}
          <Yours incidents={open.filter(isMine)} tasks={todo.filter(isMine)} />
          {orderOf(session).map((name) => parts[name])}
          {queries.some((query) => query.isPending) && <Text c="dimmed">{words.loading} …</Text>}
        </Stack>
      )}
    </Page>
  );
}
