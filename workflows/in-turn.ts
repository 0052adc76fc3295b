/**
 * Lets handlers take turns: a command that awaits an activity must not interleave with another that changes the same state.
 * A failure of one turn reaches its caller and does not stop the next.
 */
export function takeTurns(): <T>(turn: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (turn) => {
    const next = last.then(turn);
    last = next.catch(() => undefined);
    return next;
  };
}
