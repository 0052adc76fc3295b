import { counted } from './counted.ts';

/** What is erased: everything of a company, or one person in what a company has. */
export const erasureKinds = ['company', 'person'] as const;
export type ErasureKind = (typeof erasureKinds)[number];
export type ErasureState = 'running' | 'done';

/** What an erasure did to one table. */
export interface ErasedTable {
  table: string;
  /** Rows that are gone. */
  deleted: number;
  /** Rows that stay without what was personal. */
  changed: number;
}

const reach: Record<ErasureKind, string> = {
  company: 'Its audit log stays, without its personal parts.',
  person: 'What names them without their number or address is not found by this; opt-outs stay in force, without the number.',
};

/** A receipt in words. */
export function describeErasure({
  kind,
  state,
  tables,
}: {
  kind: ErasureKind;
  state: ErasureState;
  tables: ErasedTable[];
}): string {
  const rowsOf = (name: 'deleted' | 'changed') =>
    counted(
      tables.reduce((sum, table) => sum + table[name], 0),
      'row',
    );
  const rows = `${rowsOf('deleted')} deleted, ${rowsOf('changed')} cleared of what was personal`;
  if (state === 'running') return `Under way: ${rows} so far.`;
  return `Done: ${rows}. ${reach[kind]} Not reached: what the providers keep themselves, and backups of before.`;
}
