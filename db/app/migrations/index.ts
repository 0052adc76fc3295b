import type { Migration } from '../../ddl.ts';
import { connections } from './002-connections.ts';
import { messages } from './004-messages.ts';
import { people } from './007-people.ts';
import { portal } from './006-portal.ts';
import { records } from './005-records.ts';
import { sync } from './003-sync.ts';
import { tenants } from './001-tenants.ts';

/** In order. A migration that was released is never changed: a later one goes on from it. */
export const appMigrations: Migration[] = [tenants, connections, sync, messages, records, portal, people];
