import type { Migration } from '../../ddl.ts';
import { erasure } from './004-erasure.ts';
import { events } from './001-events.ts';
import { logs } from './002-logs.ts';
import { traceparent } from './006-traceparent.ts';
import { storedAt } from './003-stored-at.ts';

/** In order. A migration that was released is never changed: a later one goes on from it. */
export const trafficMigrations: Migration[] = [events, logs, storedAt, erasure, traceparent];
