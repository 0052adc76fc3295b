import { ActionIcon, AppShell, Box, Burger, Group, Menu, NavLink, Select, Text, useMantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconActivity,
  IconAlertTriangle,
  IconHeartbeat,
  IconHome,
  IconListSearch,
  IconMessage,
  IconMoonStars,
  IconPlugConnected,
  IconReport,
  IconUser,
  IconWindow,
} from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { answerOf, api } from '../api/client.ts';
import { useCompanies } from '../company.ts';
import { Empty } from '../parts/Empty.tsx';
import { Page } from '../parts/Page.tsx';
import { leave, may, useSession, type Permission } from '../session.ts';
import { words } from '../words/index.ts';

/** What a role may not do is not in its menu. */
const pages = [
  { to: '/', label: words.menu.home, permission: 'connection.read', Icon: IconHome },
  { to: '/connections', label: words.menu.connections, permission: 'connection.read', Icon: IconPlugConnected },
  { to: '/failures', label: words.menu.failures, permission: 'failure.read', Icon: IconAlertTriangle },
  { to: '/incidents', label: words.menu.incidents, permission: 'escalation.read', Icon: IconActivity },
  { to: '/health', label: words.menu.health, permission: 'health.read', Icon: IconHeartbeat },
  { to: '/messages', label: words.menu.messages, permission: 'message.read', Icon: IconMessage },
  { to: '/reports', label: words.menu.reports, permission: 'report.read', Icon: IconReport },
  { to: '/audit', label: words.menu.audit, permission: 'audit.read', Icon: IconListSearch },
  { to: '/portal', label: words.menu.portal, permission: 'portal.read', Icon: IconWindow },
] as const satisfies { to: string; label: string; permission: Permission; Icon: unknown }[];

const isAt = (to: string, path: string) => path === to || (to !== '/' && path.startsWith(`${to}/`));

export function Shell() {
  const session = useSession();
  const [isOpen, { toggle, close }] = useDisclosure();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !isOpen } }} padding="md">
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={words.menu.open} />
            <Text fw={700} visibleFrom="xs">
              {words.product}
            </Text>
            <CompanyChoice />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <SchemeButton />
            <PersonMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        {pages
          .filter(({ permission }) => may(session, permission))
          .map(({ to, label, Icon }) => (
            <NavLink
              key={to}
              renderRoot={(props) => <Link to={to} {...props} />}
              label={label}
              active={isAt(to, path)}
              aria-current={isAt(to, path) ? 'page' : undefined}
              leftSection={<Icon size={18} aria-hidden />}
              onClick={close}
            />
          ))}
      </AppShell.Navbar>
      <AppShell.Main bg="var(--ground)">
        {/* Lines stay short enough to read on a wide screen. */}
        <Box maw={1_200}>{path === '/own-password' ? <Outlet /> : <OfCompany />}</Box>
      </AppShell.Main>
    </AppShell>
  );
}

/** Every page but one's own password is of a company. */
function OfCompany() {
  const { chosen, query, mayChoose } = useCompanies();
  if (chosen) return <Outlet />;
  return (
    <Page title={words.menu.company} {...(mayChoose && { of: query })}>
      {() => <Empty title={words.noCompany} more={words.noCompanyMore} />}
    </Page>
  );
}

function CompanyChoice() {
  const session = useSession();
  const { chosen, choices } = useCompanies();
  const navigate = useNavigate();
  if (session.company)
    return (
      <Text c="dimmed" truncate>
        {session.company.name}
      </Text>
    );
  return (
    <Select
      aria-label={words.menu.company}
      data={choices.map(({ id, name }) => ({ value: id, label: name }))}
      value={chosen?.id ?? null}
      onChange={(company) => void navigate({ to: '.', search: company ? { company } : {} })}
      allowDeselect={false}
      searchable
      w={220}
    />
  );
}

function SchemeButton() {
  const { toggleColorScheme } = useMantineColorScheme();
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={words.menu.dark} onClick={() => toggleColorScheme()}>
      <IconMoonStars size={18} aria-hidden />
    </ActionIcon>
  );
}

function PersonMenu() {
  const session = useSession();
  const signOut = useMutation({
    mutationFn: (isEverywhere: boolean) =>
      isEverywhere ? answerOf(api.DELETE('/v1/sessions')) : answerOf(api.DELETE('/v1/session')),
    onSettled: leave,
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={session.user?.name ?? words.roles[session.role]}>
          <IconUser size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {session.user?.name} · {words.roles[session.role]}
        </Menu.Label>
        <Menu.Item onClick={() => signOut.mutate(false)}>{words.menu.signOut}</Menu.Item>
        <Menu.Item onClick={() => signOut.mutate(true)}>{words.menu.signOutEverywhere}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
