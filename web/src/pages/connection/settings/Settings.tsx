import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { providerQuery, type ConnectionDetail } from '../queries.ts';
import { About } from './About.tsx';
import { AtProvider } from './AtProvider.tsx';
import { Policy } from './Policy.tsx';

/** What was set: what people say of it, the provider's own, and how it is run. */
export function Settings({ connection }: { connection: ConnectionDetail }) {
  const { data: forms } = useQuery(providerQuery(connection.provider.key));
  return (
    <Stack gap="md">
      <About connection={connection} />
      {forms && <AtProvider connection={connection} forms={forms} />}
      {forms && <Policy connection={connection} streams={forms.streams} />}
    </Stack>
  );
}
