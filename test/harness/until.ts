/**
 * Asks again until the answer is the awaited one, for as long as a busy machine may need. Fails with the last answer, so that a red test says what there was instead.
 */
export async function until<T>(
  ask: () => Promise<T> | T,
  isAwaited: (answer: T) => boolean = Boolean,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (isAwaited(answer)) return answer;
    if (Date.now() > deadline)
      throw new Error(
        `Still not there after ${timeoutMs} ms: ${isAwaited.toString()}\nThe last answer: ${JSON.stringify(answer, null, 2)}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
