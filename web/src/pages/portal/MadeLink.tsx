import { Button, Code, CopyButton, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Schemas } from '../../api/client.ts';
import { locale, words } from '../../words/index.ts';

const said = words.portalLink;
const route = 'POST /v1/companies/:id/portal/links';
const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });

/** A link that was just made, until when it holds, and how it is put into a page of one's own. */
export function MadeLink({ link: { url, expiresAt }, onClose }: { link: Schemas['PortalLink']; onClose: () => void }) {
  const frame = `<iframe src="${url}" title="${words.portal.title}" width="100%" height="800"></iframe>`;
  return (
    <Stack>
      <Text size="sm">
        {said.until} <time dateTime={expiresAt}>{exact.format(new Date(expiresAt))}</time>. {said.once}
      </Text>
      <Copied title={said.link} text={url} copy={said.copyLink} />
      <Copied title={said.frame} text={frame} copy={said.copyFrame}>
        {said.frameHow}
      </Copied>
      <Text size="sm">
        {said.byServer} <Code>{route}</Code>
      </Text>
      <Group justify="end">
        <Button onClick={onClose}>{words.close}</Button>
      </Group>
    </Stack>
  );
}

function Copied({ title, text, copy, children }: { title: string; text: string; copy: string; children?: ReactNode }) {
  return (
    <Stack gap="xs" component="section" aria-label={title}>
      <Group justify="space-between">
        <Title order={3} size="h6">
          {title}
        </Title>
        <CopyButton value={text} timeout={3_000}>
          {({ copied, copy: take }) => (
            <Button size="xs" variant="default" onClick={take} aria-live="polite">
              {copied ? said.copied : copy}
            </Button>
          )}
        </CopyButton>
      </Group>
      {children && <Text size="sm">{children}</Text>}
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {text}
      </Code>
    </Stack>
  );
}
