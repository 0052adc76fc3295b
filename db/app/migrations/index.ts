import type { Migration } from '../../ddl.ts';
import { anomalies } from './024-anomalies.ts';
import { access } from './011-access.ts';
import { audit } from './012-audit.ts';
import { deals } from './015-deals.ts';
import { connections } from './002-connections.ts';
import { duty } from './022-duty.ts';
import { erasure } from './014-erasure.ts';
import { health } from './021-health.ts';
import { franchises } from './013-franchises.ts';
import { manualValues } from './023-manual-values.ts';
import { mappingWork } from './016-mapping-work.ts';
import { messages } from './004-messages.ts';
import { metrics } from './017-metrics.ts';
import { oauth } from './010-oauth.ts';
import { people } from './007-people.ts';
import { portal } from './006-portal.ts';
import { pushes } from './019-pushes.ts';
import { renewals } from './027-renewals.ts';
import { reports } from './018-reports.ts';
import { retries } from './020-retries.ts';
import { records } from './005-records.ts';
import { sync } from './003-sync.ts';
import { unfinishedMessages } from './008-unfinished-messages.ts';
import { keys } from './009-keys.ts';
import { sessions } from './025-sessions.ts';
import { tenants } from './001-tenants.ts';

/** In order. A migration that was released is never changed: a later one goes on from it. */
export const appMigrations: Migration[] = [
  tenants,
  connections,
  sync,
  messages,
  records,
  portal,
  people,
  unfinishedMessages,
  keys,
  oauth,
  access,
  audit,
  franchises,
  erasure,
  deals,
  mappingWork,
  metrics,
  reports,
  pushes,
  retries,
  health,
  duty,
  manualValues,
  sessions,
  anomalies,
  renewals,
];
