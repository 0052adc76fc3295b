import type { Transaction } from 'sequelize';
import { mappingName, type MappingName, type MappingSet } from '../../domain/mapping.ts';
import { NotFound } from '../errors.ts';
import { canonicalJson } from '../hash.ts';
import { newId } from '../ids.ts';
import { write } from '../sql.ts';
import { appendAudit } from './audit-chain.ts';
import type { AppDb } from './context.ts';
import { plain } from './models/table.ts';
import type { By } from './stores/audit.ts';

export async function currentMapping(
  { models }: AppDb,
  connectionId: string,
  object: MappingName,
  transaction: Transaction | null = null,
): Promise<MappingSet | null> {
  const row = await models.mappings.findOne({
    where: { connectionId, object, state: 'published' },
    order: [['version', 'DESC']],
    transaction,
  });
  return row && plain(row).mapping;
}

/** The company whose connection it is. The row is the lock of all work on its mappings: two who publish at once get two versions. */
export async function lockConnection({ models }: AppDb, connectionId: string, transaction: Transaction): Promise<string> {
  const connection = await models.connections.findByPk(connectionId, { transaction, lock: true });
  if (!connection) throw new NotFound('connection', connectionId);
  return plain(connection).companyId;
}

interface Publication {
  connectionId: string;
  companyId: string;
  mapping: Omit<MappingSet, 'version'>;
  /** As the audit log has it, and what else it tells. */
  action: 'mapping.publish' | 'mapping.roll_back';
  detail?: Record<string, number>;
}

/** As the next version, with the connection locked; one that equals the current version answers that and writes nothing. */
export async function publishWithin(
  db: AppDb,
  { connectionId, companyId, mapping, action, detail = {} }: Publication,
  audit: By,
  transaction: Transaction,
): Promise<MappingSet> {
  const object = mappingName(mapping);
  const before = await currentMapping(db, connectionId, object, transaction);
  const version = before?.version ?? 0;
  if (before && canonicalJson(before) === canonicalJson({ ...mapping, version })) return before;
  const published: MappingSet = { ...mapping, version: version + 1 };
  await db.models.mappings.create(
    {
      id: newId('mapping'),
      connectionId,
      object,
      version: published.version,
      state: 'published',
      mapping: published,
      publishedBy: audit.actor,
      publishedAt: new Date(),
    },
    { transaction },
  );
  // Whoever publishes what is read has seen of which type the fields are now.
  if (mapping.direction !== 'out')
    await write(
      db.sequelize,
      `UPDATE integration_source_fields SET state = 'present', type_before = NULL
     WHERE connection_id = :connectionId AND object = :object AND state = 'changed'`,
      { connectionId, object },
      transaction,
    );
  await appendAudit(
    db,
    {
      ...audit,
      companyId,
      action,
      subject: connectionId,
      outcome: 'done',
      detail: { object, version: published.version, ...detail },
      ...(before && { before: { ...before } }),
      after: { ...published },
    },
    transaction,
  );
  return published;
}
