/** An operator changes deals, one change after the other of each, and each is written at HubSpot once and in its turn. */
import { randomUUID } from 'node:crypto';
import { connectProvider } from '../../harness/connect-provider.ts';
import { until } from '../../harness/until.ts';
import { goodRun, notRecovered } from '../good-run.ts';
import { compareDeals } from '../mirror-deals.ts';
import { ask, createPerson, insist } from '../person.ts';
import type { Operation } from './operation.ts';

const deals = 5;
const stages = ['appointmentscheduled', 'qualifiedtobuy', 'contractsent', 'closedwon', 'closedlost'];
/** Of each deal; a write is two requests, and HubSpot counts them. */
const changesEveryMs = 1_500;
/** Somebody who sees that many changes of a deal still pending does not ask for another. */
const pendingMax = 3;
const writtenWithinMs = 240_000;

interface Change {
  id: string;
  externalId: string;
  state: string;
  sentence: string | null;
}

export const pushRecords: Operation = {
  name: 'pushes',
  async prepare(lab) {
    const values = { accessToken: `pat-na1-${randomUUID()}`, clientSecret: randomUUID() };
    const { portalId } = await lab.sandbox.control<{ portalId: number }>('hubspot', 'createPortal', {
      privateToken: values.accessToken,
    });
    const { connectionId, companyId } = await connectProvider(lab, { providerKey: 'hubspot', kind: 'api_key', values });
    const properties = { dealname: 'Roof', dealstage: stages[0]!, pipeline: 'default' };
    for (let place = 0; place < deals; place += 1) await lab.sandbox.control('hubspot', 'createDeal', { portalId, properties });
    const person = await createPerson(lab, companyId, 'operator');
    await goodRun(lab, person, connectionId, 'deals');
    const path = `/connections/${connectionId}`;
    const { body: known } = await insist<{ items: { id: string; externalId: string }[] }>(lab, person, `${path}/deals`);
    const each = known.items.map((deal) => ({ ...deal, wanted: [stages[0]!] }));
    const changing: Promise<void>[] = [];
    let asked = 0;

    const open = async (states = `'waiting', 'sending', 'failed', 'conflict'`) =>
      lab.rows<Change>(
        'app',
        `SELECT id, external_id AS externalId, state, sentence FROM record_pushes WHERE connection_id = ? AND state IN (${states})`,
        [connectionId],
      );
    const pendingOf = async (externalId: string) =>
      (await open().catch(() => [])).filter((push) => push.externalId === externalId);
    /** The person reads what failed, and tries it again. */
    const retryFailed = async () => {
      for (const { id } of await open(`'failed'`)) await ask(lab, person, `/pushes/${id}/retry`, {});
      return open();
    };
    return {
      async run(turn) {
        changing.push(
          ...each.map(async ({ id, externalId, wanted }) => {
            for (; !turn.isOver; await turn.rest(changesEveryMs)) {
              if ((await pendingOf(externalId)).length >= pendingMax) continue;
              const stage = stages[wanted.length % stages.length]!;
              wanted.push(stage);
              await insist(
                lab,
                person,
                `${path}/deals/${id}`,
                { stage, title: `Roof ${wanted.length}` },
                {
                  method: 'PATCH',
                  idempotencyKey: randomUUID(),
                  isForGood: ({ status }) => status === 202,
                },
              );
              asked += 1;
            }
          }),
        );
        await Promise.all(changing);
      },
      phase: () => `${asked} asked for`,
      async settle() {
        await Promise.allSettled(changing);
        const left = await until(retryFailed, ({ length }) => length === 0, writtenWithinMs).catch(() => open());
        const steps = await lab.sandbox.control<string[]>('hubspot', 'steps', { portalId });
        await goodRun(lab, person, connectionId, 'deals');
        const findings = await compareDeals(lab, { connectionId, portalId, accessToken: values.accessToken });
        const rows = await lab.rows<{ externalId: string; title: string; stage: string }>(
          'app',
          'SELECT external_id AS externalId, title, stage FROM deals WHERE connection_id = ?',
          [connectionId],
        );
        for (const { externalId, wanted } of each) {
          const had = steps.filter((step) => step.startsWith(`${externalId}:`)).map((step) => step.split(':').at(-1)!);
          const sentence = `The deal ${externalId} of ${connectionId} should have gone through ${wanted.length} stages in order, and went through ${had.length}: ${had.join(', ')}.`;
          if (had.length > wanted.length) findings.doubled.push(sentence);
          else if (had.join() !== wanted.join()) findings.lost.push(sentence);
          const row = rows.find((one) => one.externalId === externalId);
          if (row?.stage !== wanted.at(-1) || row?.title !== `Roof ${wanted.length}`)
            findings.lost.push(`The deal ${externalId} of ${connectionId} is here "${row?.title}" in ${row?.stage}.`);
        }
        findings.checked += asked;
        findings.stuck.push(
          ...left.map(({ id, state, sentence }) => `The push ${id} of ${connectionId} is ${state}: ${sentence}`),
        );
        findings.stuck.push(...(await notRecovered(lab, connectionId)));
        return findings;
      },
    };
  },
};
