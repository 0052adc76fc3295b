import type { Migration } from '../../ddl.ts';
import { erasureCounts } from '../../erasure/counts.ts';

/** How much of this database was erased: counted where it is deleted, because no transaction spans both. */
export const erasure: Migration = { name: '004-erasure', statements: [erasureCounts] };
