import type { DriftPolicy, DriftReport, Repair } from '../domain/drift.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { ActivityDeps } from './deps.ts';

/** Whose drift it is. */
export type Owner = Pick<Connection, 'id' | 'companyId'>;

/** What a pass has done so far: every repair is audited and counted, every failure becomes a task. */
export interface Ledger {
  policy: DriftPolicy;
  /** The workflow id of this pass, which marks what it changed. */
  pass: string;
  report(): DriftReport;
  compared(what: 'connections' | 'deliveries', count: number): void;
  repaired(repair: Repair, owner: { companyId: string | null }, subject: string, detail?: Record<string, unknown>): Promise<void>;
  /** One connection that cannot be repaired must not stop the pass for the others: a person hears of it. */
  attempt(owner: Owner, repair: () => Promise<void>): Promise<void>;
  trouble(owner: Owner, sentence: string): Promise<void>;
  /** Closes the tasks of the connections that gave no trouble any more. */
  closeTasks(owners: Owner[]): Promise<void>;
}

/** What a task about its trouble is about. */
export const subjectOf = ({ id }: Pick<Owner, 'id'>) => `repair:${id}`;

export function createLedger(
  { app }: ActivityDeps,
  { pass, policy, report: before, tick }: Pick<Ledger, 'pass' | 'policy'> & { report: DriftReport; tick: () => void },
): Ledger {
  const report = { ...before, repairs: { ...before.repairs } };
  const troubled = new Set<string>();

  const trouble: Ledger['trouble'] = async (owner, sentence) => {
    const { companyId, id: connectionId } = owner;
    await app.tasks.open({ companyId, connectionId, cause: 'repair_needed', subject: subjectOf(owner), sentence });
    if (!troubled.has(connectionId)) report.troubles += 1;
    troubled.add(connectionId);
  };

  return {
    policy,
    pass,
    trouble,
    report: () => ({ ...report, repairs: { ...report.repairs } }),
    compared(what, count) {
      report[what] += count;
    },
    async repaired(repair, { companyId }, subject, detail = {}) {
      report.repairs[repair] = (report.repairs[repair] ?? 0) + 1;
      await app.audit.append({
        companyId,
        actor: 'engine',
        action: `reconcile.${repair}`,
        subject,
        outcome: 'done',
        detail: { ...detail, pass },
      });
    },
    async attempt(owner, repair) {
      tick();
      try {
        await repair();
      } catch (error) {
        await trouble(
          owner,
          `The connection has drifted from what the database says and could not be repaired: ${(error as Error).message} It is tried again in each pass; when it stays, look at the workflow ${pass}.`,
        );
      }
    },
    async closeTasks(owners) {
      const open = await app.tasks.openAbout(owners.map(subjectOf));
      for (const owner of owners)
        if (open.has(subjectOf(owner)) && !troubled.has(owner.id))
          await app.tasks.completeBySubject(subjectOf(owner), 'Nothing differs any more.', 'engine');
    },
  };
}
