import { Alert, Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconShare } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { words } from '../../words/index.ts';
import { MadeLink } from './MadeLink.tsx';

const said = words.portalLink;

/** For those who may give others a look at the portal: a signed link that ends. It is shown once, and kept nowhere. */
export function ShareLink({ companyId }: { companyId: string }) {
  const [isOpen, dialog] = useDisclosure();
  const [seconds, setSeconds] = useState('3600');
  const making = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/v1/companies/{companyId}/portal/links', {
          params: { path: { companyId } },
          body: { expiresInS: Number(seconds) },
        }),
      ),
    gcTime: 0,
  });
  function close() {
    dialog.close();
    making.reset();
  }
  return (
    <>
      <Button
        variant="default"
        size="xs"
        className="no-print"
        leftSection={<IconShare size={14} aria-hidden />}
        onClick={dialog.open}
      >
        {said.share}
      </Button>
      <Modal opened={isOpen} onClose={close} title={said.title} centered size="lg">
        {making.data ? (
          <MadeLink link={making.data} onClose={close} />
        ) : (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              making.mutate();
            }}
          >
            <Stack>
              <Text size="sm">{said.what}</Text>
              <Select
                label={said.holdsFor}
                data={Object.entries(said.spans).map(([value, label]) => ({ value, label }))}
                value={seconds}
                onChange={(value) => value && setSeconds(value)}
                allowDeselect={false}
                w={220}
              />
              <Text size="sm" c="dimmed">
                {said.audited}
              </Text>
              {making.error && (
                <Alert role="alert" color="red" variant="light" title={words.problem.failed}>
                  {making.error.message}
                </Alert>
              )}
              <Group justify="end">
                <Button variant="default" onClick={close}>
                  {words.cancel}
                </Button>
                <Button type="submit" loading={making.isPending}>
                  {said.make}
                </Button>
              </Group>
            </Stack>
          </form>
        )}
      </Modal>
    </>
  );
}
