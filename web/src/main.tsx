import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './print.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider, type Query } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Problem } from './api/client.ts';
import { createConsoleRouter } from './router.tsx';
import { leave, sessionQuery } from './session.ts';
import { cssVariables, theme } from './theme.ts';
import { language } from './words/index.ts';

/** What the API refused for a reason is refused again; what could not be reached may be back. */
const retry = (failures: number, error: unknown) =>
  !(error instanceof Problem && error.status >= 400 && error.status < 500) && failures < 3;

/** What was read once and could not be read again is tried until it can; most pages read again by themselves all the time. */
const whileBehind = ({ state }: Query) => (state.status === 'error' && state.data !== undefined ? 15_000 : false);

/** The session is over: it ended elsewhere, or it has been a while. */
const signedOut = (error: unknown) => {
  if (error instanceof Problem && error.status === 401 && queries.getQueryData(sessionQuery.queryKey)) leave();
};
const queries = new QueryClient({
  queryCache: new QueryCache({ onError: signedOut }),
  mutationCache: new MutationCache({ onError: signedOut }),
  defaultOptions: {
    // Without a network it is asked all the same: that it fails is said, and nothing waits unseen.
    queries: { retry, refetchInterval: whileBehind, networkMode: 'always', refetchOnReconnect: true },
    mutations: { networkMode: 'always' },
  },
});
const router = createConsoleRouter(queries);

/** The server gives each page its own, and lets no other style in. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? '';
// By this name the part that holds a page still behind a dialog asks for it.
Object.assign(globalThis, { __webpack_nonce__: nonce });

document.documentElement.lang = language;
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <Notifications />
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
