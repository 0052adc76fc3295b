import type { Transaction } from 'sequelize';
import type { ProviderStage } from '../../../domain/records.ts';
import { Conflict } from '../../errors.ts';
import { canonicalJson } from '../../hash.ts';
import { plainDecimal, select, sqlTime, write, writeRows } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import type { By } from './audit.ts';

export interface PipelineStage extends ProviderStage {
  /** Our name of it; the provider's label unless an admin mapped it. */
  name: string;
  /** Who mapped name, position, probability and kind; `null` while they are the provider's own. */
  mappedBy: string | null;
  /** Since when the provider no longer has it; history still names it. */
  goneAt: Date | null;
}

/** What an admin says of a stage. */
export type StageMapping = Pick<PipelineStage, 'externalId'> & StageMeaning;
export type StageMeaning = Pick<PipelineStage, 'name' | 'position' | 'probability' | 'kind'>;

export interface PipelineStageStore {
  /** In the order of their pipelines. */
  list(connectionId: string): Promise<PipelineStage[]>;
  /** Brings what the provider says up to date; what an admin mapped stays as mapped. Answers the stages that are new or gone. Repeatable. */
  refresh(connectionId: string, stages: ProviderStage[], at: Date): Promise<{ appeared: string[]; vanished: string[] }>;
  /** `was`: what the admin saw of each. Throws `Conflict` for one that counts as something else by now, or that the connection does not have. */
  map(
    input: { connectionId: string; companyId: string; stages: (StageMapping & { was: StageMeaning })[] },
    audit: By,
  ): Promise<void>;
}

export function pipelineStageStore(db: AppDb): PipelineStageStore {
  const { sequelize } = db;

  const list = async (connectionId: string, transaction?: Transaction): Promise<PipelineStage[]> => {
    const rows = await select<Omit<PipelineStage, 'probability'> & { probability: string | null }>(
      sequelize,
      `SELECT external_id AS externalId, label, pipeline_external_id AS pipelineExternalId, pipeline_label AS pipelineLabel, name,
         position, probability, kind, mapped_by AS mappedBy, gone_at AS goneAt
       FROM pipeline_stages WHERE connection_id = :connectionId ORDER BY pipeline_external_id, position, external_id
       ${transaction ? 'FOR UPDATE' : ''}`,
      { connectionId },
      transaction,
    );
    return rows.map((row) => ({
      ...row,
      probability: row.probability === null ? null : Number(plainDecimal(row.probability)),
    }));
  };

  return {
    list: (connectionId) => list(connectionId),

    async refresh(connectionId, stages, at) {
      const before = await list(connectionId);
      const known = new Map(before.map((stage) => [stage.externalId, stage]));
      const told = new Set(stages.map(({ externalId }) => externalId));
      const vanished = before.filter(({ externalId, goneAt }) => goneAt === null && !told.has(externalId));
      const changed = stages.filter((stage) => differs(known.get(stage.externalId), stage));
      if (changed.length === 0 && vanished.length === 0) return { appeared: [], vanished: [] };
      const own = (['name', 'position', 'probability', 'kind'] as const)
        .map((name) => `${name} = IF(mapped_by IS NULL, VALUES(${name}), ${name})`)
        .join(', ');
      await inTransaction(sequelize, async (transaction) => {
        if (changed.length > 0)
          await writeRows(
            `INSERT INTO pipeline_stages (connection_id, external_id, label, pipeline_external_id, pipeline_label, name, position,
               probability, kind) VALUES ?
             ON DUPLICATE KEY UPDATE label = VALUES(label), pipeline_external_id = VALUES(pipeline_external_id),
               pipeline_label = VALUES(pipeline_label), gone_at = NULL, ${own}`,
            changed.map((stage) => [
              connectionId,
              stage.externalId,
              cut(stage.label, 255),
              stage.pipelineExternalId,
              cut(stage.pipelineLabel, 255),
              cut(stage.label, 100),
              stage.position,
              stage.probability,
              stage.kind,
            ]),
            transaction,
          );
        if (vanished.length > 0)
          await write(
            sequelize,
            'UPDATE pipeline_stages SET gone_at = :at WHERE connection_id = :connectionId AND external_id IN (:ids) AND gone_at IS NULL',
            { connectionId, ids: vanished.map(({ externalId }) => externalId), at: sqlTime(at) },
            transaction,
          );
      });
      return {
        appeared: changed.filter(({ externalId }) => !known.has(externalId)).map(({ externalId }) => externalId),
        vanished: vanished.map(({ externalId }) => externalId),
      };
    },

    map: ({ connectionId, companyId, stages }, audit) =>
      inTransaction(sequelize, async (transaction) => {
        // Locked before they are looked at: of two who map at once, the later sees what the first made of them.
        const known = new Map((await list(connectionId, transaction)).map((stage) => [stage.externalId, stage]));
        const strange = stages.find(({ externalId }) => !known.has(externalId));
        if (strange) throw new Conflict(`The connection has no stage "${strange.externalId}": list its stages, and map those.`);
        const others = stages.filter(({ externalId, was, ...wanted }) => isOther(known.get(externalId)!, was, wanted));
        if (others.length > 0) throw new Conflict(takenOver(others.map(({ externalId }) => known.get(externalId)!)));
        for (const { externalId, name, position, probability, kind } of stages)
          await write(
            sequelize,
            `UPDATE pipeline_stages SET name = :name, position = :position, probability = :probability, kind = :kind, mapped_by = :actor
             WHERE connection_id = :connectionId AND external_id = :externalId`,
            { connectionId, externalId, name, position, probability, kind, actor: audit.actor },
            transaction,
          );
        const before = stages.map(({ externalId }) => toMapping(known.get(externalId)!));
        await appendAudit(
          db,
          {
            ...audit,
            companyId,
            action: 'stages.map',
            subject: connectionId,
            outcome: 'done',
            before: { stages: before },
            after: { stages: stages.map(toMapping) },
          },
          transaction,
        );
      }),
  };
}

const cut = (text: string, charactersMax: number) => [...text].slice(0, charactersMax).join('');

function toMapping({ externalId, name, position, probability, kind }: StageMapping): StageMapping {
  return { externalId, name, position, probability, kind };
}

/** Whether it counts as something else by now than was seen, and than is wanted: what stands there already is done. */
function isOther(stands: PipelineStage, was: StageMeaning, wanted: StageMeaning): boolean {
  const textOf = ({ name, position, probability, kind }: StageMeaning) => canonicalJson({ name, position, probability, kind });
  return ![textOf(was), textOf(wanted)].includes(textOf(stands));
}

function takenOver(stages: PipelineStage[]): string {
  const named = stages.map(({ label, mappedBy }) => (mappedBy === null ? `“${label}”` : `“${label}” (by ${mappedBy})`));
  return `Somebody has changed what these stages count as since: ${named.join(', ')}. Read the stages, then save yours over them.`;
}

/** Whether a refresh has anything to write. */
function differs(before: PipelineStage | undefined, stage: ProviderStage): boolean {
  if (!before || before.goneAt !== null) return true;
  const own: (keyof ProviderStage)[] = ['label', 'pipelineExternalId', 'pipelineLabel'];
  const suggested: (keyof ProviderStage)[] = ['position', 'probability', 'kind'];
  return (before.mappedBy === null ? [...own, ...suggested] : own).some((key) => before[key] !== stage[key]);
}
