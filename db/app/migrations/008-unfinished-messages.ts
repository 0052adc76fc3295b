import { addKey, type Migration } from '../../ddl.ts';

/** Finds the few messages that are under way among all that ever were. */
export const unfinishedMessages: Migration = {
  name: '008-unfinished-messages',
  statements: addKey('message_deliveries', 'message_deliveries_by_status', 'status, id'),
};
