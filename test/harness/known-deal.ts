/** A deal of a HubSpot account that is known here as well: for tests of what is written there. */
import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { openConnection } from '../../activities/provider-call.ts';
import { writeRecordsOf } from '../../activities/told-records.ts';
import { getProvider } from '../../providers/registry.ts';
import type { Engine } from './engine.ts';

const by = { actor: 'test' };

/** Gives a connection that has none yet its account, credentials and mapping; answers our row of the deal. */
export async function makeKnownDeal(
  { app, sandbox, deps, canaries }: Engine,
  { connectionId, companyId }: { connectionId: string; companyId: string },
): Promise<{ dealId: string }> {
  const values = { accessToken: `pat-na1-${randomUUID()}`, clientSecret: randomUUID() };
  for (const value of Object.values(values)) canaries.add(value);
  const { portalId } = await sandbox.control<{ portalId: number }>('hubspot', 'createPortal', {
    privateToken: values.accessToken,
  });
  const { tokenId } = await app.credentials.stage({ connectionId, companyId, kind: 'api_key', values }, by);
  await app.credentials.activate(tokenId, by);
  const stream = Object.values(getProvider('hubspot').streams).find(({ object }) => object === 'deal')!;
  await app.mappings.publish({ connectionId, mapping: stream.mapping }, by);
  const properties = { dealname: 'Roof', dealstage: 'appointmentscheduled', pipeline: 'default' };
  const { id } = await sandbox.control<{ id: number }>('hubspot', 'createDeal', { portalId, properties });
  await new MockActivityEnvironment().run(async () => {
    await writeRecordsOf(deps, await openConnection(deps, connectionId), stream, [String(id)]);
  });
  const [deal] = (await app.deals.list({ connectionId, limit: 1 })).items;
  return { dealId: deal!.id };
}
