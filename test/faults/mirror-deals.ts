/** Whether our rows mirror the deals of a HubSpot account and the history of their stages, as HubSpot's own API lists them. */
import type { Lab } from './lab.ts';
import { nothing, type Findings } from './scenario.ts';

export interface HubspotAccount {
  connectionId: string;
  portalId: number;
  accessToken: string;
}

interface ListedDeal {
  id: string;
  propertiesWithHistory: { dealstage: { value: string; timestamp: string }[] };
}

export async function compareDeals(lab: Lab, account: HubspotAccount): Promise<Findings> {
  const there = await listAtHubspot(lab, account);
  const rows = await lab.rows<{ deal: string; stage: string; at: Date }>(
    'app',
    `SELECT deal_external_id AS deal, to_stage AS stage, moved_at AS \`at\` FROM deal_stage_movements WHERE connection_id = ?`,
    [account.connectionId],
  );
  const here = new Map<string, string[]>();
  for (const { deal, stage, at } of rows) here.set(deal, [...(here.get(deal) ?? []), `${at.toISOString()} ${stage}`]);
  const findings = nothing(there.length);
  for (const { id, propertiesWithHistory } of there) {
    const wanted = propertiesWithHistory.dealstage.map(({ value, timestamp }) => `${timestamp} ${value}`);
    const had = here.get(id) ?? [];
    const missing = wanted.filter((step) => !had.includes(step));
    if (missing.length > 0) findings.lost.push(`The deal ${id} of ${account.connectionId} lacks ${missing.join(', ')}.`);
    if (had.length > wanted.length)
      findings.doubled.push(
        `The deal ${id} of ${account.connectionId} has ${had.length} steps where HubSpot has ${wanted.length}.`,
      );
  }
  return findings;
}

async function listAtHubspot(lab: Lab, { accessToken, portalId }: HubspotAccount): Promise<ListedDeal[]> {
  const modified = await lab.sandbox.control<Record<string, string>>('hubspot', 'modified', { portalId, object: 'deals' });
  const ids = Object.keys(modified);
  const listed: ListedDeal[] = [];
  for (let from = 0; from < ids.length; from += 50) {
    const answer = await fetch(`${lab.sandbox.url}/hubspot/crm/v3/objects/deals/batch/read`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        inputs: ids.slice(from, from + 50).map((id) => ({ id })),
        propertiesWithHistory: ['dealstage'],
        properties: [],
      }),
    });
    listed.push(...((await answer.json()) as { results: ListedDeal[] }).results);
  }
  return listed;
}
