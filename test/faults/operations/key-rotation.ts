/** Data keys are replaced, one rotation after the other, under everything that is sealed with them. */
import type { RotationPhase } from '../../../domain/key-rotation.ts';
import { until } from '../../harness/until.ts';
import { ask, createPerson } from '../person.ts';
import { nothing } from '../scenario.ts';
import type { Operation } from './operation.ts';

interface RotationAnswer {
  rotation?: { phase: RotationPhase; values: number; broken: number } | null;
}

const lookEveryMs = 300;
const endsWithinMs = 240_000;

export const keyRotation: Operation = {
  name: 'key rotation',
  async prepare(lab) {
    const admin = await createPerson(lab, null, 'platform_admin');
    let phase: RotationPhase | 'none' = 'none';
    let retired = 0;
    /** One look, and what a person does then. `again` starts the next when the last is over. */
    const goOn = async (again: boolean) => {
      const answer = await ask<RotationAnswer>(lab, admin, '/key-rotation');
      if (answer?.status !== 200) return;
      const before = phase;
      phase = answer.body.rotation?.phase ?? 'none';
      if (phase === 'rotated') await ask(lab, admin, '/key-rotation/retire', {});
      const isOver = phase === 'none' || phase === 'retired';
      if (phase === 'retired' && before !== 'retired') retired += 1;
      if (isOver && again) await ask(lab, admin, '/key-rotation', { kind: 'data' });
    };
    return {
      async run(turn) {
        for (; !turn.isOver; await turn.rest(lookEveryMs)) await goOn(true);
      },
      phase: () => `${phase}, ${retired} done`,
      async settle() {
        const end = async () => {
          await goOn(false);
          return phase;
        };
        const last = await until(end, (now) => now === 'retired', endsWithinMs).catch(() => phase);
        const tokens = await lab.rows<{ id: string; keyVersion: number; current: number }>(
          'app',
          `SELECT t.id, t.key_version AS keyVersion, k.version AS current FROM integration_tokens t
             JOIN data_keys k ON k.current_scope = t.company_id WHERE t.ciphertext IS NOT NULL`,
        );
        const findings = nothing(tokens.length);
        if (last !== 'retired') findings.stuck.push(`The rotation of keys is ${last}.`);
        for (const { id, keyVersion, current } of tokens) {
          const opened = await lab.app.credentials.read(id).catch(() => null);
          if (!opened) findings.lost.push(`The credentials ${id} do not open.`);
          if (keyVersion < current - 1)
            findings.lost.push(`The credentials ${id} are on key ${keyVersion}, and ${current} is in force.`);
        }
        return findings;
      },
    };
  },
};
