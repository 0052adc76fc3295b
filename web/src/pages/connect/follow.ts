/** How the page stands to the server: told of changes by itself, not any more, or not yet. */
export type Live = 'connecting' | 'live' | 'lost' | 'over';

interface Told<Item> {
  told(item: Item): void;
  stands(live: Live): void;
}

/** A browser tries again by itself when the line breaks, but gives up when it is refused; it may be let in later. */
const againAfterMs = 5_000;

/** Follows server-sent events, and goes on when they are back. Answers how to stop. */
export function follow<Item>(address: string, { told, stands }: Told<Item>): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    source = new EventSource(address);
    source.addEventListener('open', () => stands('live'));
    source.addEventListener('message', ({ data }) => told(JSON.parse(data as string) as Item));
    source.addEventListener('error', () => {
      stands('lost');
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, againAfterMs);
    });
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
