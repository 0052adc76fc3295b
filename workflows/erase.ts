/**
 * Erases a company, or one person from what a company has, across both databases. Every step may be repeated; its counts are written
 * with what they count. It is done twice over, because what was under way at first may have written behind it.
 */
import { setCurrentDetails } from '@temporalio/workflow';
import type { EraseInput } from './messages.ts';
import { changing, own } from './proxies.ts';

const rounds = 2;

export async function erase({ erasureId, companyId, kind }: EraseInput): Promise<void> {
  const { scope } = await own.readErasureScope({ erasureId });
  for (let round = 1; round <= rounds; round += 1) {
    setCurrentDetails(`Round ${round} of ${rounds}.`);
    if (kind === 'company') await changing.endCompanyWorkflows({ companyId });
    await changing.eraseTraffic({ erasureId, kind, scope });
    await changing.eraseApp({ erasureId, kind, scope });
  }
  await own.finishErasure({ erasureId });
  setCurrentDetails('Done: GET /v1/erasures/<id> has the receipt.');
}
