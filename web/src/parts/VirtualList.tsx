import { Text, VisuallyHidden } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import type { List } from '../list.ts';
import { words } from '../words/index.ts';
import { ProblemNotice } from './Problem.tsx';

/** How many rows before its end the next page is asked for. */
const ahead = 15;

/** A list of any length: only what is near the window is on the page, and the next page is read when the end comes near. */
export function VirtualList<Item extends { id: string }>({
  label,
  list,
  rowHeight,
  children,
}: {
  label: string;
  list: List<Item>;
  /** About how high a row is, in pixels; each is measured once it is shown. */
  rowHeight: number;
  children: (item: Item) => ReactNode;
}) {
  const { items, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  const element = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  // oxlint-disable-next-line react/incompatible-library -- what it gives is used here and nowhere else, and nothing is compiled
  const rows = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => rowHeight,
    getItemKey: (index) => items[index]!.id,
    overscan: 8,
    scrollMargin: top,
    useFlushSync: false,
  });
  const shown = rows.getVirtualItems();

  // What stands above the list grows and shrinks, and the page with it.
  useLayoutEffect(() => {
    const measure = () => setTop(Math.round(element.current!.getBoundingClientRect().top + window.scrollY));
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    measure();
    return () => observer.disconnect();
  }, []);
  const isNearEnd = (shown.at(-1)?.index ?? 0) >= items.length - ahead;
  useEffect(() => {
    if (isNearEnd && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [isNearEnd, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);

  return (
    <div>
      <ul
        ref={element}
        aria-label={label}
        style={{ position: 'relative', height: rows.getTotalSize(), margin: 0, padding: 0, listStyle: 'none' }}
      >
        {shown.map(({ index, key, start }) => (
          <li
            key={key}
            ref={rows.measureElement}
            data-index={index}
            aria-posinset={index + 1}
            aria-setsize={hasNextPage ? -1 : items.length}
            style={{ position: 'absolute', insetInline: 0, top: start - top }}
          >
            {children(items[index]!)}
          </li>
        ))}
      </ul>
      {isFetchNextPageError && <ProblemNotice error={list.error} again={() => void fetchNextPage()} />}
      <Text component="output" display="block" c="dimmed" size="sm" mih={28} ta="center">
        {isFetchingNextPage ? `${words.loading} …` : hasNextPage ? '' : <VisuallyHidden>{words.endOfList}</VisuallyHidden>}
      </Text>
    </div>
  );
}
