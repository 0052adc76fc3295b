import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { answerOf, isRefusal, type api } from '../../api/client.ts';

/** The API by one's session, or by a link. */
export type Reader = typeof api;

interface Answer<Item> {
  items: Item[];
  nextCursor: string | null;
}
export type Pages<Item> = ReturnType<typeof usePages<Item>>;

/** Not again where the API says that this reader may not. */
const refetchInterval = ({ state }: { state: { error: unknown } }) => (isRefusal(state.error) ? false : 30_000);

function usePages<Item>(name: string, companyId: string, page: (cursor?: string) => Promise<Answer<Item>>) {
  const query = useInfiniteQuery({
    queryKey: [name, companyId],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => page(pageParam),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval,
  });
  return { query, items: query.data?.pages.flatMap(({ items }) => items) ?? [] };
}

/** Everything of the portal; each part loads and fails by itself. */
export function usePortal(read: Reader, companyId: string) {
  const path = { companyId };
  const paged = (cursor: string | undefined) => ({ path, query: { limit: 5, ...(cursor && { cursor }) } });
  const cards = useQuery({
    queryKey: ['cards', companyId],
    queryFn: () => answerOf(read.GET('/v1/companies/{companyId}/portal/cards', { params: { path } })),
    refetchInterval,
  });
  const notes = usePages('portal-notes', companyId, (cursor) =>
    answerOf(read.GET('/v1/companies/{companyId}/portal/notes', { params: paged(cursor) })),
  );
  const reports = usePages('portal-reports', companyId, (cursor) =>
    answerOf(read.GET('/v1/companies/{companyId}/portal/reports', { params: paged(cursor) })),
  );
  return { cards, notes, reports };
}
