/** Access tokens that live for seconds, renewed again and again while runs use them. */
import { randomUUID } from 'node:crypto';
import { grantsOf } from '../../harness/hubspot-account.ts';
import { beginHubspot, consent, launchHubspot } from '../../harness/hubspot-connection.ts';
import { goodRun, notRecovered } from '../good-run.ts';
import { compareDeals } from '../mirror-deals.ts';
import { ask } from '../person.ts';
import type { Operation } from './operation.ts';

const lifetimeS = 4;
const deals = 30;
const runsEveryMs = 700;

export const tokenRefresh: Operation = {
  name: 'token refresh',
  async prepare(lab) {
    const privateToken = `pat-na1-${randomUUID()}`;
    const scene = await beginHubspot(lab, { lifetimeS, privateToken });
    const { connectionId, portalId } = scene;
    await lab.sandbox.control('hubspot', 'createDeals', { portalId, count: deals });
    await consent(scene);
    await launchHubspot(scene);
    let runs = 0;
    const refreshes = async () => (await grantsOf(lab, portalId))[0]!;
    let grant = await refreshes();
    return {
      async run(turn) {
        for (; !turn.isOver; await turn.rest(runsEveryMs)) {
          if ((await ask(lab, scene, `/connections/${connectionId}/sync`, { stream: 'deals' }))?.status === 200) runs += 1;
          grant = await refreshes();
        }
      },
      phase: () => `${grant.refreshes} renewals, ${runs} runs`,
      async settle() {
        await goodRun(lab, scene, connectionId, 'deals');
        grant = await refreshes();
        const findings = await compareDeals(lab, { connectionId, portalId, accessToken: privateToken });
        if (grant.reuses > 0) findings.doubled.push(`${connectionId} used ${grant.reuses} refresh tokens twice.`);
        if (grant.state !== 'good') findings.lost.push(`The consent of ${connectionId} is ${grant.state}.`);
        if (grant.refreshes === 0) findings.stuck.push(`The access of ${connectionId} was never renewed.`);
        findings.stuck.push(...(await notRecovered(lab, connectionId)));
        return findings;
      },
    };
  },
};
