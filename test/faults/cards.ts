import type { Card } from '../../domain/card.ts';
import type { ConnectionRef } from '../harness/scene.ts';
import type { Lab } from './lab.ts';
import { createPerson } from './person.ts';

/** The cards as their client reads them, over HTTP. */
export async function readCards(lab: Lab, { companyId, connectionId }: ConnectionRef): Promise<Card[]> {
  const { key } = await createPerson(lab, companyId, 'client');
  const answer = await fetch(`${lab.url}/v1/companies/${companyId}/portal/cards?connectionId=${connectionId}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  if (!answer.ok) throw new Error(`The cards of ${connectionId} were answered ${answer.status}.`);
  return ((await answer.json()) as { items: Card[] }).items;
}
