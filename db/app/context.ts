import type { Sequelize } from 'sequelize';

/** What every store of the app database works with. */
export interface AppDb {
  sequelize: Sequelize;
  /** 32 bytes; each company's key is derived from it. */
  masterKey: Buffer;
}
