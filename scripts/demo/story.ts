/**
 * The main job, told over the HTTP API: a company's Twilio account goes through onboarding, sync, webhooks, a message sent and
 * confirmed, a failure escalated, a value entered by hand, recovery, a franchise's share, a consent at HubSpot, what moved in a HubSpot
 * account's sales, and client-safe cards. `npm run demo`
 * tells it to a person; the end-to-end test tells it to itself and looks at the rows.
 */
import type { Card } from '../../domain/card.ts';
import { honourOptOut, pauseAndResume, readCard, receiveWebhooks, sendMessage, syncAgain } from './everyday.ts';
import { consentAtHubspot } from './consent.ts';
import { followDeals } from './deals.ts';
import { addUpFranchises } from './franchises.ts';
import { onboard } from './onboarding.ts';
import { setScene, type Stage } from './scene.ts';
import { breakAndEscalate, enterValueByHand, recover } from './trouble.ts';

export interface Told {
  connectionId: string;
  accountSid: string;
  deliveryId: string;
  incidentId: string;
  card: Card;
  deals: { connectionId: string; card: Card };
}

export async function tellStory(stage: Stage): Promise<Told> {
  const scene = await setScene(stage);
  const connectionId = await onboard(scene);
  await syncAgain(scene, connectionId);
  await receiveWebhooks(scene, connectionId);
  const deliveryId = await sendMessage(scene, connectionId);
  await honourOptOut(scene, connectionId);
  const incidentId = await breakAndEscalate(scene, connectionId);
  await enterValueByHand(scene, connectionId);
  await recover(scene, connectionId, incidentId);
  await pauseAndResume(scene, connectionId);
  await addUpFranchises(scene, connectionId);
  await consentAtHubspot(scene);
  const deals = await followDeals(scene);
  const card = await readCard(scene, connectionId);
  return { connectionId, accountSid: scene.accountSid, deliveryId, incidentId, card, deals };
}
