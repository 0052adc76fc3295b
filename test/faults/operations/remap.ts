/** Records that fitted no mapping wait in the error queue; a corrected mapping is published, and they are mapped again, and again. */
import type { MappingSet } from '../../../domain/mapping.ts';
import { twilio } from '../../../providers/twilio/index.ts';
import { connect } from '../../harness/scene.ts';
import { until } from '../../harness/until.ts';
import { goodRun } from '../good-run.ts';
import { fillAccount, compareMessages } from '../mirror.ts';
import { ask, createPerson, insist } from '../person.ts';
import type { Operation } from './operation.ts';

const records = 300;
const by = { actor: 'test' };
const endsWithinMs = 240_000;
const good = twilio.streams['messages']!.mapping;
const withField = (target: string, transform: MappingSet['fields'][number]['transform']): typeof good => ({
  ...good,
  fields: good.fields.map((field) => (field.target === target ? { ...field, transform } : field)),
});
/** Fits nothing. */
const bad = withField('status', { kind: 'enum', values: { nothing: 'sent' } });
const cased = ['upper', 'lower'] as const;

interface RemapAnswer {
  remap: { id: string; outcome: string | null; toVersion: number; sentence: string; counts: { replayed: number } } | null;
  currentVersion: number;
}

export const remap: Operation = {
  name: 'mapping again',
  async prepare(lab) {
    const launched = await connect(lab, { messages: 0 });
    const { connectionId, companyId } = launched;
    const admin = await createPerson(lab, companyId, 'company_admin');
    const path = `/connections/${connectionId}/mappings/message/remap`;
    const publish = (mapping: typeof good) => lab.app.mappings.publish({ connectionId, mapping }, by);
    await publish(bad);
    await fillAccount(lab, launched, records);
    await goodRun(lab, admin, connectionId, 'messages');
    const waiting = async () => {
      const [row] = await lab.rows<{ count: number }>(
        'app',
        `SELECT COUNT(*) AS count FROM integration_error_queue WHERE connection_id = ? AND state NOT IN ('resolved', 'ignored')`,
        [connectionId],
      );
      return row!.count;
    };
    await until(waiting, (count) => count === records);
    let published = 0;
    let done = 0;
    let last: RemapAnswer['remap'] = null;
    const look = async () => {
      const answer = await ask<RemapAnswer>(lab, admin, path);
      if (answer?.status === 200) last = answer.body.remap;
      return answer?.status === 200 && last?.outcome !== null;
    };
    return {
      async run(turn) {
        for (; !turn.isOver; await turn.rest(500)) {
          const mapping = withField('body', { kind: 'text', case: cased[published % 2]! });
          const isPublished = await publish(mapping).then(
            () => true,
            () => false,
          );
          if (!isPublished) continue;
          published += 1;
          if ((await ask(lab, admin, path, { fromVersion: 1 }))?.status !== 202) continue;
          while (!turn.isOver && !(await look())) await turn.rest(200);
          done += 1;
        }
      },
      phase: () => `${done} done, ${last?.counts.replayed ?? 0} of ${records}`,
      async settle() {
        await until(look, Boolean, endsWithinMs).catch(() => undefined);
        await publish(withField('body', { kind: 'text', case: 'upper' }));
        await insist(lab, admin, path, { fromVersion: 1 }, { isForGood: ({ status }) => status === 202 });
        const isOver = await until(look, Boolean, endsWithinMs).catch(() => false);
        const findings = await compareMessages(lab, launched);
        if (!isOver || last?.outcome !== 'succeeded')
          findings.stuck.push(`The re-mapping of ${connectionId} is ${last?.outcome}: ${last?.sentence}`);
        const left = await until(waiting, (count) => count === 0, 30_000).catch(waiting);
        if (left > 0) findings.stuck.push(`${left} records of ${connectionId} wait in the error queue although they are mapped.`);
        const [old] = await lab.rows<{ count: number }>(
          'app',
          'SELECT COUNT(*) AS count FROM messages WHERE connection_id = ? AND BINARY body <> BINARY UPPER(body)',
          [connectionId],
        );
        if (old!.count > 0) findings.lost.push(`${old!.count} messages of ${connectionId} stand as an older mapping made them.`);
        return findings;
      },
    };
  },
};
