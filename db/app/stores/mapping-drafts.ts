import type { AuditAction } from '../../../domain/audit-actions.ts';
import type { Transaction } from 'sequelize';
import { mappingName, type MappingName, type MappingSet } from '../../../domain/mapping.ts';
import { Conflict } from '../../errors.ts';
import { jsonText, select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { lockConnection, publishWithin } from '../publish-mapping.ts';
import type { By } from './audit.ts';

export interface MappingDraft {
  revision: number;
  mapping: Omit<MappingSet, 'version'>;
  savedBy: string;
  savedAt: Date;
}
interface DraftRef {
  connectionId: string;
  object: MappingName;
}

/** One draft for each connection, object and direction. Whoever changes it names the revision that they saw: of two who edit, one is told. */
export interface MappingDraftStore {
  find(ref: DraftRef): Promise<MappingDraft | null>;
  /** `revision`: of the draft that this one takes the place of; `null` where there was none. Throws `Conflict`. */
  save(
    input: { connectionId: string; mapping: Omit<MappingSet, 'version'>; revision: number | null },
    audit: By,
  ): Promise<MappingDraft>;
  /** The draft becomes the next version and is gone. Throws `Conflict` when it is not the one of this revision. */
  publish(input: DraftRef & { revision: number }, audit: By): Promise<MappingSet>;
  /** Repeatable. Answers whether there was one. */
  discard(ref: DraftRef, audit: By): Promise<boolean>;
}

export function mappingDraftStore(db: AppDb): MappingDraftStore {
  const { sequelize } = db;

  const read = async ({ connectionId, object }: DraftRef, transaction?: Transaction) => {
    const [row] = await select<Omit<MappingDraft, 'mapping'> & { mapping: string | object | null }>(
      sequelize,
      `SELECT revision, CAST(mapping AS CHAR) AS mapping, saved_by AS savedBy, saved_at AS savedAt FROM integration_mapping_drafts
       WHERE connection_id = :connectionId AND object = :object`,
      { connectionId, object },
      transaction,
    );
    if (!row) return { revision: 0, draft: null };
    const mapping = typeof row.mapping === 'string' ? (JSON.parse(row.mapping) as MappingDraft['mapping'] | null) : null;
    return { revision: row.revision, draft: mapping && { ...row, mapping } };
  };

  const put = async (
    ref: DraftRef & { revision: number; mapping: MappingDraft['mapping'] | null },
    { actor }: By,
    transaction: Transaction,
  ) => {
    const at = new Date();
    await write(
      sequelize,
      `INSERT INTO integration_mapping_drafts (connection_id, object, revision, mapping, saved_by, saved_at)
       VALUES (:connectionId, :object, :revision, :mapping, :actor, :at)
       ON DUPLICATE KEY UPDATE revision = VALUES(revision), mapping = VALUES(mapping), saved_by = VALUES(saved_by),
         saved_at = VALUES(saved_at)`,
      { ...ref, mapping: ref.mapping && jsonText(ref.mapping), actor, at: sqlTime(at) },
      transaction,
    );
    return at;
  };

  const tell = (ref: DraftRef & { companyId: string }, action: AuditAction, facts: object, audit: By, transaction: Transaction) =>
    appendAudit(
      db,
      {
        ...audit,
        companyId: ref.companyId,
        action,
        subject: ref.connectionId,
        outcome: 'done',
        detail: { object: ref.object },
        ...facts,
      },
      transaction,
    );

  return {
    find: async (ref) => (await read(ref)).draft,

    save: ({ connectionId, mapping, revision: seen }, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const ref = { connectionId, object: mappingName(mapping) };
        const companyId = await lockConnection(db, connectionId, transaction);
        const { revision, draft } = await read(ref, transaction);
        if ((draft?.revision ?? null) !== seen) throw new Conflict(takenOver(draft));
        const savedAt = await put({ ...ref, mapping, revision: revision + 1 }, audit, transaction);
        const facts = { ...(draft && { before: { ...draft.mapping } }), after: { ...mapping } };
        await tell({ ...ref, companyId }, 'mapping.draft', facts, audit, transaction);
        return { revision: revision + 1, mapping, savedBy: audit.actor, savedAt };
      }),

    publish: ({ revision: seen, ...ref }, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const companyId = await lockConnection(db, ref.connectionId, transaction);
        const { revision, draft } = await read(ref, transaction);
        if (draft?.revision !== seen) throw new Conflict(takenOver(draft));
        await put({ ...ref, mapping: null, revision: revision + 1 }, audit, transaction);
        const { connectionId } = ref;
        const publication = { connectionId, companyId, mapping: draft.mapping, action: 'mapping.publish' as const };
        return publishWithin(db, publication, audit, transaction);
      }),

    discard: (ref, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const companyId = await lockConnection(db, ref.connectionId, transaction);
        const { revision, draft } = await read(ref, transaction);
        if (!draft) return false;
        await put({ ...ref, mapping: null, revision: revision + 1 }, audit, transaction);
        await tell({ ...ref, companyId }, 'mapping.discard', { before: { ...draft.mapping } }, audit, transaction);
        return true;
      }),
  };
}

function takenOver(draft: MappingDraft | null): string {
  if (!draft) return 'There is no such draft any more: it was published or discarded. Read the mappings, then save a new one.';
  return `Somebody else has saved the draft since (revision ${draft.revision}, by ${draft.savedBy}): read it, then save yours over it.`;
}
