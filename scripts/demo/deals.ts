/** A company's HubSpot account: what moved in sales, from the first onboarding step to the client's card. */
import { randomBytes } from 'node:crypto';
import type { Card } from '../../domain/card.ts';
import { promise, sandboxControl, until, type SandboxControl } from './client.ts';
import { metric, type Scene } from './scene.ts';

const dealsBefore = 60;
const title = 'Deals moved forward';
/** Longer than the story: nothing runs by itself. */
const policy = {
  cadenceS: { deals: 86_400, contacts: 86_400 },
  freshWithinS: 172_800,
  retry: { initialMs: 1_000, factor: 2, maxMs: 5_000, attemptsMax: 5 },
};

interface Account {
  hubspot: SandboxControl;
  connectionId: string;
  portalId: number;
  /** By which HubSpot signs its webhooks. */
  clientSecret: string;
}

export async function followDeals(scene: Scene): Promise<{ connectionId: string; card: Card }> {
  const account = await onboardHubspot(scene);
  const { connectionId } = account;
  const before = await metric(scene, connectionId, title);
  const { forward, won } = await moveDeals(scene, account);
  const card = await until(
    'both deals show on the card',
    () => metric(scene, connectionId, title),
    ({ current }) => Number(current?.value) === Number(before.current?.value) + 2,
  );
  scene.say(
    'Deals',
    `one moved on and one was won at HubSpot; signed webhooks: moved forward ${before.current!.value} -> ${card.current!.value}`,
  );
  await syncToo(scene, account, [forward, won]);
  await changeFromHere(scene, account, forward);
  return { connectionId, card };
}

async function onboardHubspot({ api, companyId, ownerUserId, sandboxUrl, say }: Scene): Promise<Account> {
  const hubspot = sandboxControl(sandboxUrl, 'hubspot');
  const [accessToken, clientSecret] = [`pat-na1-${randomBytes(16).toString('hex')}`, randomBytes(16).toString('hex')];
  const { portalId } = await hubspot('createPortal', { label: 'Demo Roofing', privateToken: accessToken });
  await hubspot('createContacts', { portalId, count: 5 });
  await hubspot('createDeals', { portalId, count: dealsBefore, days: 20 });
  const { id: connectionId } = await api.call('POST', `/companies/${companyId}/connections`, {
    providerKey: 'hubspot',
    purpose: 'sales',
    label: 'HubSpot',
    reason: 'What moved in sales.',
    ownerUserId,
    policy,
  });
  const step = async (name: string, body: unknown = {}) => {
    const answer = await api.call('POST', `/connections/${connectionId}/onboarding/${name}`, body);
    return answer.step.summary as Record<string, string | number>;
  };
  await step('access', { credentials: { kind: 'api_key', values: { accessToken, clientSecret } } });
  await step('records');
  const mapping = await step('mapping');
  say(
    'Deals',
    `HubSpot: ${mapping['deals.mapped']} of ${mapping['deals.sampled']} sampled deals map, ${mapping['stages']} stages`,
  );
  const { items } = await api.call('GET', `/connections/${connectionId}/stages`);
  const { name, position, probability, kind } = items.find(
    (stage: { externalId: string }) => stage.externalId === 'contractsent',
  );
  const was = { name, position, probability, kind };
  const stages = [{ externalId: 'contractsent', name: 'Offer out', position: 5, probability: 0.9, kind: 'open', was }];
  const mapped = await api.call('PATCH', `/connections/${connectionId}/stages`, { stages });
  const { label } = mapped.items.find((stage: { externalId: string }) => stage.externalId === 'contractsent');
  say('Deals', `an admin says what a stage counts as: “${label}” is “Offer out”`);
  const test = await step('test-run');
  promise(test['created'] === dealsBefore + 5, `the test run created ${test['created']} records, not ${dealsBefore + 5}`);
  const baseline = await step('baseline', {
    nextAction: 'Call whoever has an offer out.',
    explanation: 'How your deals move through the pipeline.',
  });
  await step('launch');
  say(
    'Deals',
    `baseline: ${baseline['deals_moved_forward']} moved forward, win rate ${baseline['win_rate']} %, from HubSpot’s own history`,
  );
  return { hubspot, connectionId, portalId, clientSecret };
}

/** A person moves two deals at HubSpot, which tells of it. */
async function moveDeals({ api }: Scene, { hubspot, portalId, clientSecret, connectionId }: Account) {
  const { webhookUrl } = await api.call('GET', `/connections/${connectionId}`);
  const createDeal = async (name: string) => {
    const properties = { dealname: name, dealstage: 'appointmentscheduled', pipeline: 'default', amount: '4800' };
    return ((await hubspot('createDeal', { portalId, properties })) as { id: number }).id;
  };
  const [forward, won] = [await createDeal('Roof of the school'), await createDeal('Roof of the library')];
  await hubspot('moveDeal', { portalId, id: forward, stage: 'contractsent' });
  await hubspot('moveDeal', { portalId, id: won, stage: 'closedwon' });
  const answers = (await hubspot('sendWebhooks', { portalId, clientSecret, url: webhookUrl })) as { status: number }[];
  promise(
    answers.every(({ status }) => status >= 200 && status < 300),
    `HubSpot’s webhooks are taken, not answered ${answers.map(({ status }) => status).join()}`,
  );
  return { forward, won };
}

/** A sync that tells of the same movements makes none of them twice. */
async function syncToo({ api, say }: Scene, { connectionId }: Account, ids: number[]): Promise<void> {
  const { runs } = await api.call('POST', `/connections/${connectionId}/sync`, { stream: 'deals' });
  await until(
    'the run has ended',
    () => api.call('GET', `/runs/${runs[0].runId}`),
    ({ outcome }) => outcome === 'succeeded',
  );
  for (const id of ids) {
    const { items } = await api.call('GET', `/connections/${connectionId}/deal-movements?dealExternalId=${id}`);
    promise(items.length === 2, `deal ${id} has 2 steps, not ${items.length}`);
  }
  say('Deals', 'a sync tells of the same movements again: each stands there once');
}

/** Somebody changes a deal here while HubSpot is away: it waits, and is written when HubSpot is back. */
async function changeFromHere({ api, say }: Scene, { connectionId, hubspot }: Account, externalId: number): Promise<void> {
  const list = () => api.call('GET', `/connections/${connectionId}/deals?limit=100`);
  const deal = (await list()).items.find((one: { externalId: string }) => one.externalId === String(externalId));
  await hubspot('fault', { kind: 'status500', match: { path: '/deals/batch/read' }, times: 1 });
  const { id } = await api.call('PATCH', `/connections/${connectionId}/deals/${deal.id}`, { stage: 'closedwon' });
  const { pushes } = await api.call('GET', `/connections/${connectionId}`);
  promise(pushes.waiting === 1, `one change waits, not ${pushes.waiting}`);
  await until(
    'the change is written at HubSpot',
    () => api.call('GET', `/pushes/${id}`),
    ({ state }) => state === 'done',
  );
  const { items } = await until(
    'what was written has been read back',
    () => api.call('GET', `/connections/${connectionId}/deal-movements?dealExternalId=${externalId}`),
    ({ items: steps }) => steps[0].to === 'closedwon',
  );
  promise(items.length === 3, `the deal has moved on once: 3 steps, not ${items.length}`);
  say('Deals', 'a deal was won here while HubSpot was away: kept, written when it came back, and it moved once');
}
