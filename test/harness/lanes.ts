/** Does all of it, at most `atOnce` at the same time; answers in the order given. */
export async function inLanes<Given, Answer>(
  all: Given[],
  atOnce: number,
  one: (given: Given) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const lane = async () => {
    while (next < all.length) {
      const index = next;
      next += 1;
      answers[index] = await one(all[index]!);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return answers;
}
