import type { Logger } from 'pino';
import type { AuditAnchorStore } from '../db/app/stores/audit-anchors.ts';
import { hourly } from './hourly.ts';

interface Options {
  anchors: Pick<AuditAnchorStore, 'anchor'>;
  log: Pick<Logger, 'info' | 'error'>;
  /** An hour when absent. */
  everyMs?: number | undefined;
}

/**
 * Anchors the audit chains, and writes the anchors to the log as well: whoever may edit the tables may edit the anchors in them, but
 * not what a log collector has taken. Several workers at once anchor each head once.
 */
export function anchorAudit({ anchors, log, everyMs }: Options): { stop(): Promise<void> } {
  const work = async () => {
    for await (const made of anchors.anchor(new Date())) log.info({ anchors: made }, 'audit chains anchored');
  };
  return hourly(work, { log, everyMs, trouble: 'the audit chains could not be anchored' });
}
