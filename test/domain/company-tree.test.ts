import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { levelsMax, standingOf, whyNotUnder } from '../../domain/company-tree.ts';
import { mayDo, mayKnow, permissions, roles, type Permission } from '../../domain/permissions.ts';
import { allAbove, forests } from '../harness/company-trees.ts';

const everyPermission = Object.keys(permissions) as Permission[];
/** Written out again, so that a wider reach is seen here. */
const below = ['company.read', 'company.rollup', 'franchise.create'];
const readers = ['platform_admin', 'company_admin', 'operator', 'viewer'];

describe('Who may know and do what, on random trees', () => {
  it('is for every caller and company what the plain definition says', () => {
    fc.assert(
      fc.property(
        forests({ companiesMax: 12 }),
        fc.constantFrom(...roles),
        fc.constantFrom(...everyPermission),
        fc.boolean(),
        (parents, role, permission, isCompany) => {
          const allows = (permissions[permission] as string[]).includes(role);
          for (const mine of parents.keys())
            for (const theirs of parents.keys()) {
              const above = allAbove(parents, theirs);
              const standing = standingOf(String(mine), String(theirs), above.map(String));
              const isMine = mine === theirs;
              const isUnderMine = above.includes(mine);
              expect(mayKnow(role, { standing, isCompany })).toBe(isMine || (isUnderMine && isCompany && readers.includes(role)));
              expect(mayDo(role, permission, standing)).toBe(allows && (isMine || (isUnderMine && below.includes(permission))));
            }
        },
      ),
    );
  });

  it('is without bounds for the platform’s own callers, within their role', () => {
    const standing = standingOf(null, 'any', []);
    for (const permission of everyPermission)
      expect(mayDo('operator', permission, standing)).toBe((permissions[permission] as string[]).includes('operator'));
    expect(mayKnow('operator', { standing, isCompany: false })).toBe(true);
  });

  it('is nothing for a company where the platform’s own things are meant', () => {
    expect(standingOf('mine', null, [])).toBe('foreign');
  });
});

describe('A company’s place', () => {
  it('is refused exactly where it would make a circle or too many levels', () => {
    fc.assert(
      fc.property(forests({ companiesMax: 14 }), fc.nat(), fc.nat(), (parents, a, b) => {
        const [company, parent] = [a % parents.length, b % parents.length];
        const pathOf = (of: number) => [of, ...allAbove(parents, of)];
        const levelsBelow = Math.max(
          ...[...parents.keys()]
            .filter((other) => pathOf(other).includes(company))
            .map((other) => pathOf(other).indexOf(company)),
        );
        const why = whyNotUnder(pathOf(parent).map(String), { id: String(company), levelsBelow });
        const makesCircle = pathOf(parent).includes(company);
        const levels = pathOf(parent).length + 1 + levelsBelow;
        expect(why !== null).toBe(makesCircle || levels > levelsMax);
        if (makesCircle) expect(why).toContain('under itself');
      }),
    );
  });
});
