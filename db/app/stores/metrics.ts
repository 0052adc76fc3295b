import type { MetricKey } from '../../../domain/metrics.ts';
import type { AppDb } from '../context.ts';
import type { By } from './audit.ts';

export interface Reconciliation {
  metricKey: MetricKey;
  manualValue: string;
  providerValue: string;
  /** Provider's value less the one entered by hand. */
  difference: string;
}

/** Values are decimal strings without trailing zeros. */
export interface MetricStore {
  /** From canonical rows, over the metric's period that ends at `until`. */
  compute(connectionId: string, key: MetricKey, until: Date): Promise<string>;
  /** Repeating it for the same run (or the baseline) replaces the value. */
  saveSnapshot(input: {
    companyId: string;
    connectionId: string;
    metricKey: MetricKey;
    kind: 'baseline' | 'current';
    value: string;
    at: Date;
    runId?: string | null | undefined;
  }): Promise<void>;
  /** Keeps a value entered by hand, not yet shown. Days as `YYYY-MM-DD`. */
  enterManual(
    input: {
      companyId: string;
      connectionId: string;
      metricKey: MetricKey;
      value: string;
      periodStart: string;
      periodEnd: string;
      reason: string;
    },
    audit: By,
  ): Promise<{ snapshotId: string }>;
  /** Shows it in place of what was shown. Repeatable. Throws `NotFound`. */
  activateManual(snapshotId: string): Promise<void>;
  discardManual(snapshotId: string): Promise<void>;
  /**
   * The provider's value wins again: closes what was entered by hand and keeps the difference of each as a row. Repeating it with
   * the same `at` answers the same.
   */
  handBack(connectionId: string, at: Date): Promise<Reconciliation[]>;
  /** Newest first. */
  reconciliations(
    connectionId: string,
  ): Promise<(Reconciliation & { id: string; enteredBy: string; reason: string; at: Date })[]>;
}

// BODY
export function metricStore(_db: AppDb): MetricStore {
  throw new Error('The store is not there yet.');
}
