import { useInfiniteQuery } from '@tanstack/react-query';

interface PageOf<Item> {
  items: Item[];
  nextCursor: string | null;
}
export type List<Item> = ReturnType<typeof useList<Item>>;

/** Every page that was shown is asked for again each time, so that only a short list is. */
const pagesReadAgain = 3;

/**
 * A list that the API gives by pages. Its first pages are read again by themselves; once somebody is further down, nothing moves
 * under them and nobody asks for hundreds of pages again. While a new search is under way, what was found before stays.
 */
export function useList<Item>({
  queryKey,
  read,
  enabled = true,
  everyMs = 15_000,
}: {
  /** The thing's name, whose it is (a company's or a thing's id), and what it is filtered by. */
  queryKey: [thing: string, of: string | undefined, ...filters: unknown[]];
  /** One page; the cursor of the first is `undefined`. */
  read: (cursor: string | undefined) => Promise<PageOf<Item>>;
  enabled?: boolean;
  everyMs?: number;
}) {
  const query = useInfiniteQuery({
    queryKey,
    enabled,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => read(pageParam),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    // Never what is somebody else's.
    placeholderData: (before, beforeQuery) => (beforeQuery?.queryKey[1] === queryKey[1] ? before : undefined),
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) <= pagesReadAgain ? everyMs : false),
    refetchOnWindowFocus: ({ state }) => (state.data?.pages.length ?? 0) <= pagesReadAgain,
  });
  return { ...query, items: query.data?.pages.flatMap(({ items }) => items) ?? [] };
}
