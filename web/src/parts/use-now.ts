import { useSyncExternalStore } from 'react';

const everyMs = 30_000;
let now = Date.now();

/** Now, to the half minute: everything on a page that says how long ago goes on together. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

function subscribe(told: () => void): () => void {
  const timer = setInterval(() => {
    now = Date.now();
    told();
  }, everyMs);
  return () => clearInterval(timer);
}
