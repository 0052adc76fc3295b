import type { Sequelize } from 'sequelize';
import type { Keyring } from '../../keys/keyring.ts';
import type { Models } from './models/index.ts';

/** What every store of the app database works with. */
export interface AppDb {
  sequelize: Sequelize;
  models: Models;
  keyring: Keyring;
}
