/** What one expression may use for one record. */
export const expressionLimits = {
  /** JSONata itself looks at the clock between its steps. */
  softMs: 100,
  /** Inside one step (a regular expression, a sort) nobody looks: then its process is ended. Long enough for a busy machine. */
  hardMs: 2_000,
  depthMax: 100,
  /** Entries of a list that an expression makes. */
  sequenceMax: 10_000,
  charactersMax: 16_000,
  memoryMiB: 128,
  /** Records of one batch that may take too long; the rest is then refused untried, so that a page cannot take minutes. */
  strikesMax: 3,
};

export const untried = 'was not tried, because it took too long for records before this one';
