const lengthMax = 280;

/** Counted by code points, as the API counts. */
export const lengthLeft = (body: string) => lengthMax - [...body].length;
