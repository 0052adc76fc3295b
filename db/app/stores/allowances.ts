import { RateLimiterMySQL, RateLimiterRes } from 'rate-limiter-flexible';
import { asDatabaseError } from '../../errors.ts';
import { againWhenLocked } from '../../transaction.ts';
import type { AppDb } from '../context.ts';

export interface Allowance {
  /** What is limited, for example `key`. */
  name: string;
  /** Requests in one window. */
  max: number;
  windowS: number;
}
/** Takes up to `points` of what is left in the window of `who`, for good; fewer, or 0, when fewer are left. */
export type Take = (who: string, points: number) => Promise<{ granted: number; endsInMs: number }>;

/** The milliseconds until there are more, when none is left; else 0. Takes nothing. */
export type Look = (who: string) => Promise<number>;

export interface AllowanceStore {
  /** The same allowance for every process that opens it. */
  open(allowance: Allowance): { take: Take; look: Look };
}

export function allowanceStore({ sequelize }: AppDb): AllowanceStore {
  return {
    open({ name, max, windowS }) {
      const limiter = new RateLimiterMySQL({
        storeClient: sequelize,
        storeType: 'sequelize',
        dbName: sequelize.getDatabaseName(),
        tableName: 'request_allowances',
        tableCreated: true,
        keyPrefix: name,
        points: max,
        duration: windowS,
      });
      const take: Take = (who, points) =>
        againWhenLocked(async () => {
          try {
            const { msBeforeNext } = await limiter.consume(who, points);
            return { granted: points, endsInMs: msBeforeNext };
          } catch (refusal) {
            if (!(refusal instanceof RateLimiterRes)) throw asDatabaseError(refusal);
            // What was asked for is counted all the same, so what was left before tells what is granted.
            const takenBefore = refusal.consumedPoints - points;
            return { granted: Math.max(0, max - takenBefore), endsInMs: refusal.msBeforeNext };
          }
        });
      const look: Look = async (who) => {
        const found = await limiter.get(who).catch((error: unknown) => {
          throw asDatabaseError(error);
        });
        return found && found.consumedPoints >= max ? found.msBeforeNext : 0;
      };
      return { take, look };
    },
  };
}
