/** Random forests of companies for property tests: each company is a number, and its parent an earlier one or none. */
import * as fc from 'fast-check';

/** `parents[n]` is the parent of company `n`, or `null` at the top. */
export type Parents = (number | null)[];

export const forests = (input: { companiesMax: number }): fc.Arbitrary<Parents> =>
  fc
    .array(fc.option(fc.nat(), { freq: 3 }), { minLength: 1, maxLength: input.companiesMax })
    .map((wanted) => wanted.map((parent, place) => (parent === null || place === 0 ? null : parent % place)));

/** Everything over a company, the nearest first: the definition, step by step. */
export function allAbove(parents: Parents, company: number): number[] {
  const above: number[] = [];
  for (let at = parents[company]!; at !== null; at = parents[at]!) above.push(at);
  return above;
}
