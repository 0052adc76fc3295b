/** Where the console stands, as the server says in `<base>`: with a slash at the end, `/` or `/linkwright/`. */
export const basePath = new URL(document.baseURI).pathname;
