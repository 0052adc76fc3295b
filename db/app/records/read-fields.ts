import type { Sequelize } from 'sequelize';
import { canonicalFields, type FieldKind } from '../../../domain/mapping.ts';
import type { CanonicalObject } from '../../../domain/records.ts';
import { inOneForm } from '../../../domain/mapping-preview.ts';
import { select } from '../../sql.ts';
import { tables } from './write-records.ts';

const asColumn = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const selected = (name: string, kind: FieldKind) =>
  `${kind === 'day' ? `DATE_FORMAT(${asColumn(name)}, '%Y-%m-%d')` : asColumn(name)} AS ${name}`;

/** The canonical fields of rows as they stand, by external id, as a mapping gives them. */
export async function readFields(
  sequelize: Sequelize,
  { connectionId, object, externalIds }: { connectionId: string; object: CanonicalObject; externalIds: string[] },
): Promise<Map<string, Record<string, unknown>>> {
  if (externalIds.length === 0) return new Map();
  const fields = Object.entries(canonicalFields[object]);
  const rows = await select<Record<string, unknown> & { rowId: string }>(
    sequelize,
    `SELECT external_id AS rowId, ${fields.map(([name, { kind }]) => selected(name, kind)).join(', ')} FROM ${tables[object]}
     WHERE connection_id = :connectionId AND external_id IN (:externalIds)`,
    { connectionId, externalIds },
  );
  return new Map(rows.map(({ rowId, ...row }) => [rowId, inOneForm(object, row)]));
}
