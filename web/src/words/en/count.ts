/** How many, and of what: `1 item`, `3 items`. */
export const count = (many: number, one: string, more = `${one}s`) => `${many} ${many === 1 ? one : more}`;
