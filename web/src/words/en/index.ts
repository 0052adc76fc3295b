import { common } from './common.ts';
import { audit } from './audit.ts';
import { connect } from './connect.ts';
import { connection } from './connection.ts';
import { connections } from './connections.ts';
import { editing } from './editing.ts';
import { failures } from './failures.ts';
import { health } from './health.ts';
import { home } from './home.ts';
import { incidents } from './incidents.ts';
import { mappings } from './mappings.ts';
import { messages } from './messages.ts';
import { portal } from './portal.ts';
import { portalLink } from './portal-link.ts';
import { reports } from './reports.ts';

/** Every text of the console; another language is another folder of this shape. */
export const en = {
  ...common,
  audit,
  connect,
  connection,
  connections,
  editing,
  failures,
  health,
  home,
  incidents,
  mappings,
  messages,
  portal,
  portalLink,
  reports,
};

/** What a catalogue of another language has to have, all of it. */
export type Words = typeof en;
