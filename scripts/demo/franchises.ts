/** One account for several companies: a franchise gets its own share of it, and the central company adds up. */
import type { Card } from '../../domain/card.ts';
import { apiClient, promise, until } from './client.ts';
import { customerTexts, type Scene } from './scene.ts';

export async function addUpFranchises(scene: Scene, connectionId: string): Promise<void> {
  const { api, apiUrl, companyId, number, say } = scene;
  const franchise = (name: string) =>
    api.call('POST', `/companies/${companyId}/franchises`, { name, timeZone: 'America/Los_Angeles' });
  const [north, south] = [await franchise('North Harbor'), await franchise('South Harbor')];

  const { items } = await api.call('GET', `/connections/${connectionId}/mappings`);
  const { version: _, ...mapping } = items.find(({ object }: { object: string }) => object === 'message').mapping;
  const companyField = { source: 'from', sourceWhenInbound: 'to' };
  await api.call('POST', `/connections/${connectionId}/mappings`, { ...mapping, companyField });

  // Nobody's yet: it waits in the error queue, and the key that it names retries it.
  await customerTexts(scene, connectionId, 'Is North Harbor open on Sunday?');
  const waiting = await until(
    'the message waits in the error queue',
    () => api.call('GET', `/companies/${companyId}/queue?state=pending&connectionId=${connectionId}`),
    (queue) => queue.items.length > 0,
  );
  const keys = [{ value: number, companyId: north.id }];
  const given = await api.call('PATCH', `/connections/${connectionId}/franchise-keys`, { keys });
  promise(given.retried === waiting.items.length, `the key retries what waits for it, not ${given.retried}`);
  const { key } = await api.call('POST', `/companies/${north.id}/api-keys`, { label: 'North Harbor', role: 'client' });
  const client = apiClient(apiUrl, key);
  const { card } = await until(
    'the franchise has a card of its share',
    async () => {
      const cards: { items: Card[] } = await client.call('GET', `/companies/${north.id}/portal/cards`);
      return { card: cards.items.find(({ title }) => title === 'Text messages received') };
    },
    (found) => found.card?.current?.value === '1',
  );
  say('Franchise', `a message that names nobody waits until a key says whose it is; its card: 1 message, "${card!.sourceLabel}"`);

  const rolled = await api.call('GET', `/companies/${companyId}/rollup`);
  const { sentence, missing } = rolled.items.find(({ metric }: { metric: string }) => metric === 'messages_received');
  const names = missing.map(({ companyId: id }: { companyId: string }) => id);
  promise(names.includes(south.id) && !names.includes(north.id), 'the roll-up names the franchise that does not report');
  say('Roll-up', sentence);
}
