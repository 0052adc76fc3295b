/** Nothing is known by this id. The API answers 404. */
export class NotFound extends Error {
  override name = 'NotFound';
  constructor(what: string, id: string) {
    super(`There is no ${what} with the id ${id}.`);
  }
}

/** The row is not in a state that allows the change. The API answers 409 with the sentence. */
export class Conflict extends Error {
  override name = 'Conflict';
}
