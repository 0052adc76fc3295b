import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities } from '../../activities/index.ts';
import type { SendResult } from '../../activities/delivery.ts';
import { sendsAsked } from '../harness/delivery.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { freshNumber } from '../harness/twilio-account.ts';
import { connect, quickPolicy } from '../harness/scene.ts';
import { until } from '../harness/until.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
}, 120_000);
afterAll(() => engine.stop());

describe('a message that was stored before its connection was paused', () => {
  it('waits through the pause and until the replies are read, and is not sent to a person whose STOP was among them', async () => {
    const launched = await connect(engine);
    const { connectionId, companyId, providerKey, account } = launched;
    const to = freshNumber();
    const { id: deliveryId } = await engine.app.deliveries.create(
      { companyId, connectionId, templateId: null, variables: {}, from: account.number, to, body: 'Hello', segments: 1 },
      { actor: 'test' },
    );
    const ref = { connectionId, companyId, providerKey };
    const temporal = new MockActivityEnvironment();
    const send = (): Promise<SendResult> => {
      const { sendDelivery } = createActivities(engine.deps);
      return temporal.run(sendDelivery, { ...ref, deliveryId, policy: quickPolicy.delivery, slotAtMs: null });
    };

    await engine.app.connections.setState(connectionId, 'paused', 'A test.', 'test');
    const url = `${engine.url}/webhooks/twilio/${connectionId}`;
    await engine.sandbox.control('twilio', 'inbound', { to: account.number, from: to, body: 'STOP', url });
    expect(await send()).toMatchObject({ next: 'wait', mayBeOut: false, why: expect.stringContaining('is paused') });

    await until(
      () => engine.traffic.events.waitingForMs(connectionId),
      (waitingMs) => waitingMs !== null && waitingMs > 5_000,
    );

    await engine.app.connections.setState(connectionId, 'active', 'A test.', 'test');
    expect(await send()).toMatchObject({ next: 'wait', mayBeOut: false, why: 'Replies are being read first.' });

    expect(await temporal.run(createActivities(engine.deps).drainStoredEvents, ref)).toMatchObject({ applied: 1 });
    expect(await send()).toEqual({ next: 'ended', status: 'blocked' });
    expect(await sendsAsked(engine, launched)).toBe(0);
  });
});
