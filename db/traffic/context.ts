import type { Sequelize } from 'sequelize';

/** What every store of the traffic database works with. */
export interface TrafficDb {
  sequelize: Sequelize;
  /** 32 bytes; each company's key is derived from it. */
  masterKey: Buffer;
  /** Whether new payloads are sealed. What was stored before is read either way. */
  encryptPayloads: boolean;
}
