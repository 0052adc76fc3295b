import { counted } from './counted.ts';

/** What became of stored raw records that were mapped again. */
export interface RemapCounts {
  /** Raw records that were there to be mapped. */
  replayed: number;
  created: number;
  updated: number;
  unchanged: number;
  /** Older than what is stored. */
  ignored: number;
  /** Did not fit the mapping. */
  failed: number;
  /** Past their retention. */
  gone: number;
}

export const noCounts: RemapCounts = { replayed: 0, created: 0, updated: 0, unchanged: 0, ignored: 0, failed: 0, gone: 0 };

/** For whoever asked, and in the Temporal UI. */
export function describeRemap({ replayed, created, updated, unchanged, ignored, failed, gone }: RemapCounts): string {
  const counts = { created, updated, unchanged, 'older than what is stored': ignored, 'still not fitting': failed };
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  const told = parts.map(([name, count]) => `${count} ${name}`).join(', ');
  const lost = gone > 0 ? ` ${gone} more ${gone === 1 ? 'is past its' : 'are past their'} retention.` : '';
  return `${counted(replayed, 'raw record was', 'raw records were')} mapped again${told && `: ${told}`}.${lost}`;
}

/** What the rows say that stand at earlier versions, and what to do about them; `null` when none does. */
export function describeStanding(current: number, standing: { version: number | null; rows: number }[]): string | null {
  const older = standing.filter(({ version }) => version !== null && version < current);
  const rows = older.reduce((sum, each) => sum + each.rows, 0);
  if (rows === 0) return null;
  return `${counted(rows, 'row was', 'rows were')} made by versions before ${current}. Of most records no raw form is kept: read them all again from the provider with a full re-sync.`;
}
