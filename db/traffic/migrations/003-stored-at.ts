import { addColumn, ddl, type Migration } from '../../ddl.ts';

/** `received_at` is by the clock of whichever API process received it; how long an event waits must not depend on that. */
export const storedAt: Migration = {
  name: '003-stored-at',
  statements: addColumn('integration_raw_events', 'stored_at', `${ddl.created} COMMENT 'By this database’s clock'`),
};
