/** The first run of a connection whose account has a past: thousands of records, page by page. */
import { connect, type Launched } from '../../harness/scene.ts';
import { goodRun, notRecovered } from '../good-run.ts';
import { compareMessages, fillAccount } from '../mirror.ts';
import { ask, createPerson, type Person } from '../person.ts';
import { together } from '../scenario.ts';
import type { Operation } from './operation.ts';

/** One after the other, so that one is under way whenever a fault comes. */
const accounts = 3;
const messagesEach = 5_000;

export const firstSync: Operation = {
  name: 'first sync',
  async prepare(lab) {
    const all = await Promise.all(
      Array.from({ length: accounts }, async () => {
        const launched = await connect(lab, { messages: 0 });
        await fillAccount(lab, launched, messagesEach);
        return { launched, person: await createPerson(lab, launched.companyId, 'operator') };
      }),
    );
    const cursors = new Map<string, number>();
    const pagesOf = async ({ connectionId }: Launched) => {
      const rows = await lab
        .rows<{ count: number }>('app', 'SELECT COUNT(*) AS count FROM messages WHERE connection_id = ?', [connectionId])
        .catch(() => []);
      if (rows[0]) cursors.set(connectionId, rows[0].count);
    };
    const settled = async ({ launched, person }: { launched: Launched; person: Person }) => {
      await goodRun(lab, person, launched.connectionId, 'messages');
      const findings = await compareMessages(lab, launched);
      const again = await goodRun(lab, person, launched.connectionId, 'messages');
      if (again.counts.created > 0)
        findings.lost.push(`A run more of ${launched.connectionId} found ${again.counts.created} new.`);
      findings.stuck.push(...(await notRecovered(lab, launched.connectionId)));
      return findings;
    };
    return {
      async run(turn) {
        for (const { launched, person } of all) {
          while (!turn.isOver) {
            await ask(lab, person, `/connections/${launched.connectionId}/sync`, { stream: 'messages' });
            for (let looks = 0; looks < 20 && !turn.isOver && !isWhole(cursors.get(launched.connectionId)); looks += 1) {
              await turn.rest(250);
              await pagesOf(launched);
            }
            if (isWhole(cursors.get(launched.connectionId))) break;
          }
        }
      },
      phase: () => all.map(({ launched: { connectionId } }) => `${(cursors.get(connectionId) ?? 0) / 1_000}k`).join('+'),
      settle: async () => together(await Promise.all(all.map(settled))),
    };
  },
};

const isWhole = (count = 0) => count >= messagesEach;
