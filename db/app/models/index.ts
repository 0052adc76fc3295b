import type { Sequelize } from 'sequelize';
import { connectionModels } from './connections.ts';
import { messageModels } from './messages.ts';
import { peopleModels } from './people.ts';
import { syncModels } from './sync.ts';
import { tenantModels } from './tenants.ts';

/** Models of the ordinary tables. The hot paths (records, events, audit, metrics) write SQL of their own. */
export function defineModels(sequelize: Sequelize) {
  return {
    ...tenantModels(sequelize),
    ...connectionModels(sequelize),
    ...syncModels(sequelize),
    ...messageModels(sequelize),
    ...peopleModels(sequelize),
  };
}
export type Models = ReturnType<typeof defineModels>;
