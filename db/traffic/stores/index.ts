import type { Sequelize } from 'sequelize';
import { sealedStore } from '../../sealed/store.ts';
import type { TrafficDb } from '../context.ts';
import { trafficSealedTables } from '../sealed-tables.ts';
import { activityStore } from './activity.ts';
import { trafficErasureStore } from './erasures.ts';
import { backlogStore } from './backlog.ts';
import { eventStore } from './events.ts';
import { logStore } from './logs.ts';
import { maintainStore } from './maintain.ts';

/** The traffic database as intentions and plain objects. `encryptPayloads` seals what providers sent. */
export function createTrafficStores(sequelize: Sequelize, options: Omit<TrafficDb, 'sequelize'>) {
  const db: TrafficDb = { sequelize, ...options };
  return {
    events: eventStore(db),
    backlog: backlogStore(db),
    logs: logStore(db),
    activity: activityStore(db),
    maintain: maintainStore(db),
    erasures: trafficErasureStore(db),
    sealed: sealedStore(db, trafficSealedTables),
  };
}
export type TrafficStores = ReturnType<typeof createTrafficStores>;
