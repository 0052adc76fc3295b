import type { ReactNode } from 'react';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';

interface Query {
  data: unknown;
  error: unknown;
  refetch: () => unknown;
}

/** One part of a page by what it reads: while that loads, when it failed, and otherwise. What was read before stays when it fails later. */
export function Shown({ of, children }: { of: Query[]; children: () => ReactNode }) {
  const failed = of.find(({ data, error }) => error && data === undefined);
  if (failed) return <ProblemNotice error={failed.error} again={() => void failed.refetch()} />;
  return of.some(({ data }) => data === undefined) ? <Loading /> : children();
}
