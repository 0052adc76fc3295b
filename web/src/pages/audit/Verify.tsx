import { Alert, Button, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Schemas } from '../../api/client.ts';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { words } from '../../words/index.ts';
import { actionWords } from './action-words.ts';
import { verifyChain, type Chain } from './chain.ts';

/** Asked for by a person: it reads the whole log. */
export function Verify({ chain }: { chain: Chain }) {
  const verify = useMutation({ mutationFn: () => verifyChain(chain) });
  return (
    <Stack gap="xs">
      <Button variant="default" loading={verify.isPending} onClick={() => verify.mutate()}>
        {words.audit.verify}
      </Button>
      <div aria-live="polite">
        {verify.isPending && <Text size="sm">{words.audit.verifying}</Text>}
        {verify.error && <ProblemNotice error={verify.error} />}
        {verify.data && <Result result={verify.data} />}
      </div>
    </Stack>
  );
}

function Result({ result: { fits, entries, erased, finding } }: { result: Schemas['AuditVerification'] }) {
  if (fits || !finding)
    return (
      <Text size="sm">
        {words.audit.fits(entries)} {erased > 0 && words.audit.fitsErased(erased)}
      </Text>
    );
  const { sentence, entry } = finding;
  return (
    <Alert color="red" variant="light" title={words.audit.broken}>
      <Text size="sm">{sentence}</Text>
      {entry && <Text size="sm">{words.audit.says(entry.actor, actionWords(entry.action), entry.subject)}</Text>}
      <Text size="sm">{words.audit.brokenMore}</Text>
    </Alert>
  );
}
