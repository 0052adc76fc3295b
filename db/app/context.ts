import type { Sequelize } from 'sequelize';
import type { Models } from './models/index.ts';

/** What every store of the app database works with. */
export interface AppDb {
  sequelize: Sequelize;
  models: Models;
  /** 32 bytes; each company's key is derived from it. */
  masterKey: Buffer;
}
