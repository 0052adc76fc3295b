import { answerOf, api, type Schemas } from '../../api/client.ts';
import type { Changes } from '../../changes.ts';
import { words } from '../../words/index.ts';

const text = words.mappings;

export type Stage = Schemas['PipelineStage'];
/** What a stage counts as. */
export type Meaning = Pick<Stage, 'name' | 'position' | 'probability' | 'kind'>;
export type Meanings = Record<string, Meaning>;

export const meaningsOf = (stages: Stage[]): Meanings =>
  Object.fromEntries(
    stages.map(({ externalId, name, position, probability, kind }) => [externalId, { name, position, probability, kind }]),
  );

export const saveStages = (connectionId: string, changes: Changes<Meaning>) =>
  answerOf(
    api.PATCH('/v1/connections/{connectionId}/stages', {
      params: { path: { connectionId } },
      body: { stages: Object.entries(changes).map(([externalId, { was, now }]) => ({ externalId, ...now, was })) },
    }),
  );

/** By the stages' ids, for a difference. */
export const inWords = (meanings: Meanings): Record<string, string> =>
  Object.fromEntries(
    Object.entries(meanings).map(([id, { name, position, probability, kind }]) => [
      id,
      text.stageInWords(
        name,
        text.stageKinds[kind] ?? kind,
        position,
        probability === null ? null : Math.round(probability * 100),
      ),
    ]),
  );
