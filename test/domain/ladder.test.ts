import { describe, expect, it } from '@jest/globals';
import { nextTold } from '../../domain/ladder.ts';
import type { Rung } from '../../domain/policy.ts';

const ladder: Rung[] = [
  { position: 1, tell: 'owner', acknowledgeWithinMs: 900_000 },
  { position: 5, tell: 'company_admin', acknowledgeWithinMs: 1_800_000 },
];
const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 3, minute));
const told = (rung: number, sentAt: Date | null, kind: 'opened' | 'over' = 'opened') => ({ kind, rung, sentAt });
const next = (alerts: ReturnType<typeof told>[], isWaiting = true) => nextTold({ ladder, isWaiting, alerts });

describe('Who is told next', () => {
  it('is the first rung, at once, when nobody was told', () => {
    expect(next([])).toEqual({ rung: ladder[0], at: null });
  });

  it('is the rung after, when the last one who was told has not acknowledged in time', () => {
    expect(next([told(1, at(0)), told(1, at(1))])).toEqual({ rung: ladder[1], at: at(16) });
  });

  it('is the rung after at once when nobody on the last one could be told', () => {
    expect(next([told(1, null)])).toEqual({ rung: ladder[1], at: null });
  });

  it('is nobody behind the last rung, and says when that is known', () => {
    expect(next([told(1, at(0)), told(5, at(16))])).toEqual({ rung: null, at: at(46) });
  });

  it('is nobody once somebody answered, or with nobody to tell', () => {
    expect(next([told(1, at(0))], false)).toBeNull();
    expect(nextTold({ ladder: [], isWaiting: true, alerts: [] })).toBeNull();
  });

  it('does not take word that it is over for a rung', () => {
    expect(next([told(1, at(0)), told(5, at(2), 'over')])).toEqual({ rung: ladder[1], at: at(15) });
  });
});
