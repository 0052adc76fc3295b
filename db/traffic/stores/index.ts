import type { Sequelize } from 'sequelize';
import type { TrafficDb } from '../context.ts';
import { activityStore } from './activity.ts';
import { eventStore } from './events.ts';
import { logStore } from './logs.ts';
import { maintainStore } from './maintain.ts';

/** The traffic database as intentions and plain objects. `masterKey` is 32 bytes; `encryptPayloads` seals what providers sent. */
export function createTrafficStores(sequelize: Sequelize, options: { masterKey: Buffer; encryptPayloads: boolean }) {
  const db: TrafficDb = { sequelize, ...options };
  return { events: eventStore(db), logs: logStore(db), activity: activityStore(db), maintain: maintainStore(db) };
}
export type TrafficStores = ReturnType<typeof createTrafficStores>;
