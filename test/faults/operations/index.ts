import { firstSync } from './first-sync.ts';
import { incrementalSync } from './incremental-sync.ts';
import { keyRotation } from './key-rotation.ts';
import { messageSend } from './message-send.ts';
import { onboarding } from './onboarding.ts';
import type { Operation } from './operation.ts';
import { pushRecords } from './push-records.ts';
import { remap } from './remap.ts';
import { replay } from './replay.ts';
import { report } from './report.ts';
import { tokenRefresh } from './token-refresh.ts';
import { webhookDrain } from './webhook-drain.ts';

/** What is under way at once in each round, in the order of the columns. */
export const operations: Operation[] = [
  firstSync,
  incrementalSync,
  webhookDrain,
  messageSend,
  tokenRefresh,
  onboarding,
  keyRotation,
  remap,
  report,
  replay,
  pushRecords,
];
