import type { Sequelize } from 'sequelize';
import type { Keyring } from '../../keys/keyring.ts';

/** What every store of the traffic database works with. */
export interface TrafficDb {
  sequelize: Sequelize;
  keyring: Keyring;
  /** Whether new payloads are sealed. What was stored before is read either way. */
  encryptPayloads: boolean;
}
