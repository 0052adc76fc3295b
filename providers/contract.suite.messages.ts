import { describe, expect, it } from '@jest/globals';
import type { OutgoingMessage, SendMessage } from './contract.ts';
import type { Suite } from './contract.suite.ts';

export function describeMessages({ fixture, context, failureOf }: Suite, sendMessage: SendMessage): void {
  describe('its messages', () => {
    const draft = (body: string): OutgoingMessage => ({ ...fixture().message!, body });
    const find = (message: OutgoingMessage, elapsedMs: number) => sendMessage.find(context(), message, elapsedMs);

    it('are sent, found and fetched', async () => {
      const message = draft('One & only: 50% off + more');
      const sent = await sendMessage.send(context(), message);
      expect(await find(message, 0)).toEqual([expect.objectContaining({ externalId: sent.externalId })]);
      expect((await sendMessage.fetch(context(), sent.externalId)).externalId).toBe(sent.externalId);
    });

    it.each(['timeout_after_effect', 'reset_after_effect', 'truncated_json', 'wrong_content_type'])(
      'are found after %s: the answer is lost, the message is not',
      async (kind) => {
        const message = draft(`Sent in spite of ${kind}`);
        await fixture().control('fault', { kind, match: { method: 'POST' }, times: 1 });
        expect(await failureOf(() => sendMessage.send(context(700), message))).toMatchObject({ effect: 'unknown' });
        expect(await find(message, 0)).toHaveLength(1);
      },
    );

    it('are not found when they never went out, nor when only the text or the recipient is alike', async () => {
      const message = draft('Never sent');
      await fixture().control('fault', { kind: 'reset_before', match: { method: 'POST' }, times: 1 });
      expect(await failureOf(() => sendMessage.send(context(), message))).toMatchObject({ effect: 'unknown' });
      expect(await find(message, Date.now())).toEqual([]);
      const sent = draft('Sent once');
      await sendMessage.send(context(), sent);
      expect(await find({ ...sent, body: 'Sent once.' }, Date.now())).toEqual([]);
      expect(await find({ ...sent, to: '+14155559999' }, Date.now())).toEqual([]);
    });
  });
}
