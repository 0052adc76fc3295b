import { SegmentedControl, Stack } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { without } from '../../without.ts';
import { words } from '../../words/index.ts';
import { Cause } from './Cause.tsx';
import { Causes } from './Causes.tsx';
import { Closed } from './Closed.tsx';
import { OneItem } from './OneItem.tsx';
import { ReplayProgress } from './ReplayProgress.tsx';

/** Which cause, which item and which replay is looked at stands in the address. */
export function Failures() {
  const { show, connection, reason, item, replay } = useSearch({ from: '/signed-in/failures' });
  const navigate = useNavigate({ from: '/failures' });
  return (
    <>
      <Stack gap="md">
        {connection && reason ? (
          <Cause connection={connection} reason={reason} />
        ) : show === 'closed' ? (
          <Closed aside={<Show value="closed" />} />
        ) : (
          <Causes aside={<Show value="open" />} />
        )}
      </Stack>
      {replay && <ReplayProgress replayId={replay} />}
      {item && (
        <OneItem
          itemId={item}
          onClose={() => void navigate({ search: (before) => without(before, 'item'), resetScroll: false })}
        />
      )}
    </>
  );
}

function Show({ value }: { value: 'open' | 'closed' }) {
  const navigate = useNavigate({ from: '/failures' });
  return (
    <SegmentedControl
      aria-label={words.failures.title}
      value={value}
      data={[
        { value: 'open', label: words.failures.open },
        { value: 'closed', label: words.failures.closed },
      ]}
      onChange={(chosen) => void navigate({ search: chosen === 'closed' ? { show: 'closed' } : {} })}
    />
  );
}
