import { Badge, Button, Card, Group, Stack, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { answerOf, api } from '../../api/client.ts';
import { useList } from '../../list.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import type { Template } from './queries.ts';
import { TemplateDrawer } from './TemplateDrawer.tsx';

export function Templates({ companyId }: { companyId: string }) {
  const session = useSession();
  const { template } = useSearch({ from: '/signed-in/messages' });
  const navigate = useNavigate({ from: '/messages' });
  const open = (id?: string) => void navigate({ search: { ...(id && { template: id }) }, resetScroll: false });
  const list = useList({
    queryKey: ['templates', companyId],
    read: (cursor) =>
      answerOf(
        api.GET('/v1/companies/{companyId}/templates', {
          params: { path: { companyId }, query: { limit: 50, ...(cursor && { cursor }) } },
        }),
      ),
  });
  if (list.error && !list.data) return <ProblemNotice error={list.error} again={() => void list.refetch()} />;
  if (list.isPending) return <Loading />;
  return (
    <Stack gap="md">
      {may(session, 'template.write') && (
        <Group>
          <Button onClick={() => open('new')}>{words.messages.newTemplate}</Button>
        </Group>
      )}
      {list.items.length === 0 ? (
        <Empty title={words.messages.noTemplate} more={words.messages.noTemplateMore} />
      ) : (
        <VirtualList label={words.messages.tabs.templates} list={list} rowHeight={128}>
          {(each) => <TemplateRow template={each} onOpen={() => open(each.id)} />}
        </VirtualList>
      )}
      {template && <TemplateDrawer companyId={companyId} templateId={template} onClose={() => open()} />}
    </Stack>
  );
}

function TemplateRow({ template: { name, body, size, version, updatedAt }, onOpen }: { template: Template; onOpen: () => void }) {
  const act = may(useSession(), 'template.write') ? words.messages.edit : words.messages.look;
  return (
    <Card withBorder component="article" mb="sm">
      <Group justify="space-between" align="start" wrap="nowrap">
        <Stack gap={4} miw={0}>
          <Text fw={600}>{name}</Text>
          <Text lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
            {body}
          </Text>
          <Group gap="xs">
            <Badge variant="light" color="gray" tt="none">
              {words.messages.segments(size.segments)}
            </Badge>
            <Text size="sm" c="dimmed">
              {words.messages.version(version)} · {words.messages.changed} <Moment at={updatedAt} />
            </Text>
          </Group>
        </Stack>
        <Button variant="default" size="xs" onClick={onOpen} aria-label={`${act}: ${name}`} flex="none">
          {act}
        </Button>
      </Group>
    </Card>
  );
}
