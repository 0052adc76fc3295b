/** Deals move at HubSpot, and one run after the other reads what moved. */
import { randomUUID } from 'node:crypto';
import { connectProvider } from '../../harness/connect-provider.ts';
import { goodRun, notRecovered } from '../good-run.ts';
import { compareDeals } from '../mirror-deals.ts';
import { ask, createPerson } from '../person.ts';
import type { Operation } from './operation.ts';

const deals = 150;
const stages = ['appointmentscheduled', 'qualifiedtobuy', 'contractsent', 'closedwon', 'closedlost'];
const movesEveryMs = 150;
const runsEveryMs = 1_000;

export const incrementalSync: Operation = {
  name: 'incremental sync',
  async prepare(lab) {
    const values = { accessToken: `pat-na1-${randomUUID()}`, clientSecret: randomUUID() };
    const { portalId } = await lab.sandbox.control<{ portalId: number }>('hubspot', 'createPortal', {
      privateToken: values.accessToken,
    });
    const { connectionId, companyId } = await connectProvider(lab, { providerKey: 'hubspot', kind: 'api_key', values });
    const ids: number[] = [];
    for (let place = 0; place < deals; place += 1) {
      const properties = { dealname: `Deal ${place}`, dealstage: stages[0]!, pipeline: 'default' };
      ids.push((await lab.sandbox.control<{ id: number }>('hubspot', 'createDeal', { portalId, properties })).id);
    }
    const person = await createPerson(lab, companyId, 'operator');
    await goodRun(lab, person, connectionId, 'deals');
    const account = { connectionId, portalId, ...values };
    let moves = 0;
    let runs = 0;
    return {
      async run(turn) {
        const moving = async () => {
          for (; !turn.isOver; moves += 1) {
            const stage = stages[(1 + Math.floor(moves / deals)) % stages.length]!;
            await lab.sandbox.control('hubspot', 'moveDeal', { portalId, id: ids[moves % deals]!, stage });
            await turn.rest(movesEveryMs);
          }
        };
        const asking = async () => {
          for (; !turn.isOver; await turn.rest(runsEveryMs))
            if ((await ask(lab, person, `/connections/${connectionId}/sync`, { stream: 'deals' }))?.status === 200) runs += 1;
        };
        await Promise.all([moving(), asking()]);
      },
      phase: () => `${moves} moves, ${runs} runs`,
      async settle() {
        await goodRun(lab, person, connectionId, 'deals');
        const findings = await compareDeals(lab, account);
        const again = await goodRun(lab, person, connectionId, 'deals');
        if (again.counts.created > 0) findings.lost.push(`A run more of ${connectionId} found ${again.counts.created} new.`);
        findings.stuck.push(...(await notRecovered(lab, connectionId)));
        return findings;
      },
    };
  },
};
