import { Center } from '@mantine/core';
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { basePath } from './base.ts';
import { Empty } from './parts/Empty.tsx';
import { Loading } from './parts/Page.tsx';
import { ProblemNotice } from './parts/Problem.tsx';
import { sessionQuery } from './session.ts';
import { Shell } from './shell/Shell.tsx';
import { words } from './words/index.ts';

interface Search {
  company?: string;
}
interface ConnectionSearch {
  tab?: string;
  /** Of which the runs are shown. */
  stream?: string;
  /** Whether the story tells scheduled runs that went well. */
  routine?: true;
}
interface MappingSearch {
  object?: string;
  direction?: 'out';
  tab?: string;
}
const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
/** Of an address, the words of these names that are there. */
const textsOf =
  <Name extends string>(...names: Name[]) =>
  (search: Record<string, unknown>): { [Key in Name]?: string } =>
    Object.fromEntries(names.flatMap((name) => (text(search[name]) ? [[name, text(search[name])]] : []))) as {
      [Key in Name]?: string;
    };

const root = createRootRouteWithContext<{ queries: QueryClient }>()({ component: Outlet });
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('./pages/sign-in/SignIn.tsx'), 'SignIn'),
});
const link = createRoute({
  getParentRoute: () => root,
  path: '/sign-in/link',
  component: lazyRouteComponent(() => import('./pages/sign-in/LinkSignIn.tsx'), 'LinkSignIn'),
});
const embedded = createRoute({
  getParentRoute: () => root,
  path: '/portal/embed',
  component: lazyRouteComponent(() => import('./pages/portal/Embedded.tsx'), 'Embedded'),
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  validateSearch: ({ company }: Record<string, unknown>): Search => (text(company) ? { company: text(company)! } : {}),
  // The chosen company stays chosen from page to page.
  search: { middlewares: [retainSearchParams(['company'])] },
  async beforeLoad({ context: { queries } }) {
    if ((await queries.ensureQueryData(sessionQuery)) === null) throw redirect({ to: '/sign-in' });
  },
  component: Shell,
});

const connections = createRoute({
  getParentRoute: () => signedIn,
  path: '/connections',
  component: lazyRouteComponent(() => import('./pages/connections/Connections.tsx'), 'Connections'),
  validateSearch: ({ q, state, provider }: Record<string, unknown>): { q?: string; state?: string; provider?: string } => ({
    ...(text(q) && { q: text(q)! }),
    ...(text(state) && { state: text(state)! }),
    ...(text(provider) && { provider: text(provider)! }),
  }),
});
const connection = createRoute({
  getParentRoute: () => signedIn,
  path: '/connections/$connectionId',
  component: lazyRouteComponent(() => import('./pages/connection/Connection.tsx'), 'Connection'),
  validateSearch: ({ tab, stream, routine }: Record<string, unknown>): ConnectionSearch => ({
    ...(text(tab) && { tab: text(tab)! }),
    ...(text(stream) && { stream: text(stream)! }),
    ...(routine === true && { routine }),
  }),
});
const mapping = createRoute({
  getParentRoute: () => signedIn,
  path: '/connections/$connectionId/mapping',
  component: lazyRouteComponent(() => import('./pages/mappings/Mapping.tsx'), 'Mapping'),
  validateSearch: ({ object, direction, tab }: Record<string, unknown>): MappingSearch => ({
    ...(text(object) && { object: text(object)! }),
    ...(direction === 'out' && { direction }),
    ...(text(tab) && { tab: text(tab)! }),
  }),
});
const connect = createRoute({
  getParentRoute: () => signedIn,
  path: '/connect',
  component: lazyRouteComponent(() => import('./pages/connect/Catalogue.tsx'), 'Catalogue'),
  validateSearch: ({ q, provider }: Record<string, unknown>): { q?: string; provider?: string } => ({
    ...(text(q) && { q: text(q)! }),
    ...(text(provider) && { provider: text(provider)! }),
  }),
});
const messages = createRoute({
  getParentRoute: () => signedIn,
  path: '/messages',
  component: lazyRouteComponent(() => import('./pages/messages/Messages.tsx'), 'Messages'),
  validateSearch: textsOf('tab', 'template', 'message', 'status', 'connection'),
});
const reports = createRoute({
  getParentRoute: () => signedIn,
  path: '/reports',
  component: lazyRouteComponent(() => import('./pages/reports/Reports.tsx'), 'Reports'),
  validateSearch: textsOf('tab', 'show', 'note', 'report'),
});
const audit = createRoute({
  getParentRoute: () => signedIn,
  path: '/audit',
  component: lazyRouteComponent(() => import('./pages/audit/Audit.tsx'), 'Audit'),
  validateSearch: textsOf('of', 'who', 'what', 'outcome', 'connection', 'from', 'to'),
});
const failures = createRoute({
  getParentRoute: () => signedIn,
  path: '/failures',
  component: lazyRouteComponent(() => import('./pages/failures/Failures.tsx'), 'Failures'),
  validateSearch: textsOf('show', 'connection', 'reason', 'item', 'replay'),
});
const incidents = createRoute({
  getParentRoute: () => signedIn,
  path: '/incidents',
  component: lazyRouteComponent(() => import('./pages/incidents/Incidents.tsx'), 'Incidents'),
  validateSearch: textsOf('show', 'connection'),
});
const health = createRoute({
  getParentRoute: () => signedIn,
  path: '/health',
  component: lazyRouteComponent(() => import('./pages/health/Health.tsx'), 'Health'),
  validateSearch: (search): { tab?: string; show?: string; days?: number } => ({
    ...textsOf('tab', 'show')(search),
    ...(typeof search['days'] === 'number' && { days: search['days'] }),
  }),
});
const page = <Path extends string>(path: Path, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => signedIn, path, component });

/** Each page is a file that is loaded when somebody comes: the first one stays small. */
const pages = [
  connections,
  connection,
  messages,
  reports,
  audit,
  failures,
  incidents,
  health,
  page(
    '/',
    lazyRouteComponent(() => import('./pages/home/Home.tsx'), 'Home'),
  ),
  page(
    '/connections/$connectionId/setup',
    lazyRouteComponent(() => import('./pages/connect/Setup.tsx'), 'Setup'),
  ),
  mapping,
  connect,
  page(
    '/incidents/$incidentId',
    lazyRouteComponent(() => import('./pages/incidents/Incident.tsx'), 'Incident'),
  ),
  page(
    '/portal',
    lazyRouteComponent(() => import('./pages/portal/Portal.tsx'), 'Portal'),
  ),
  page(
    '/own-password',
    lazyRouteComponent(() => import('./pages/sign-in/OwnPassword.tsx'), 'OwnPassword'),
  ),
] as const;

export const createConsoleRouter = (queries: QueryClient) =>
  createRouter({
    routeTree: root.addChildren([signIn, link, embedded, signedIn.addChildren(pages)]),
    context: { queries },
    basepath: basePath,
    defaultPendingComponent: Loading,
    defaultErrorComponent: ({ error, reset }) => (
      <Center component="main" p="xl">
        <ProblemNotice error={error} again={reset} />
      </Center>
    ),
    defaultNotFoundComponent: () => <Empty title={words.problem.lost} more={words.problem.lostMore} />,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
