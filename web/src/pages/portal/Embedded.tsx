import { Container, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, useSyncExternalStore } from 'react';
import { apiByLink, Problem } from '../../api/client.ts';
import { Page } from '../../parts/Page.tsx';
import { words } from '../../words/index.ts';
import { ClientPortal } from './ClientPortal.tsx';

/**
 * The portal in a frame of the host platform's page, or by itself: the signed link alone says whose it is, and no cookie. The token
 * stands behind `#`, so that it goes to no server's log; it begins with the company's id.
 */
export function Embedded() {
  const token = location.hash.slice(1);
  const [read] = useState(() => apiByLink(token));
  const refused = useRefusal();
  return (
    <Container component="main" size="lg" p="md">
      {token === '' || refused ? (
        <Over why={refused ?? words.portal.linkMissing} />
      ) : (
        <ClientPortal read={read} companyId={token.split('.', 1)[0]!} />
      )}
    </Container>
  );
}

/** Also where it ends while the page is open: what was shown goes then. */
function useRefusal(): string | null {
  const cache = useQueryClient().getQueryCache();
  return useSyncExternalStore(
    (told) => cache.subscribe(told),
    () => {
      const errors = cache.getAll().map(({ state }) => state.error);
      const refusal = errors.find((error) => error instanceof Problem && [401, 404].includes(error.status));
      return refusal?.message ?? null;
    },
  );
}

function Over({ why }: { why: string }) {
  return <Page title={words.portal.linkOver}>{() => <Text>{why}</Text>}</Page>;
}
