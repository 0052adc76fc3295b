/** A count and what it counts, in the form that fits: `1 item`, `3 items`. */
export const counted = (count: number, one: string, more = `${one}s`): string => `${count} ${count === 1 ? one : more}`;
