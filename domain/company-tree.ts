/** Companies stand in trees: a franchise under its central company. */

/** More than a central company with regions and franchises needs, and few enough to walk on each request. */
export const levelsMax = 8;

/** How a company stands to the caller's own. What is above it or beside it is as foreign as any other. */
export type Standing = 'own' | 'below' | 'foreign';

/** `above` are the companies over `companyId`. The platform's own callers belong to no company (`null`), and each is theirs. */
export function standingOf(callerCompanyId: string | null, companyId: string | null, above: readonly string[]): Standing {
  if (callerCompanyId === null || callerCompanyId === companyId) return 'own';
  return above.includes(callerCompanyId) ? 'below' : 'foreign';
}

/**
 * Why a company cannot stand where it is wanted, or `null` when it can. `path` is the wanted parent and everything above it;
 * `levelsBelow` is how deep the company's own franchises go, 0 for none.
 */
export function whyNotUnder(path: readonly string[], company: { id: string; levelsBelow: number }): string | null {
  if (path.includes(company.id)) return 'A company cannot stand under itself or under one of its own franchises.';
  if (path.length + 1 + company.levelsBelow > levelsMax)
    return `Companies stand in at most ${levelsMax} levels: choose a parent that is nearer to the top.`;
  return null;
}
