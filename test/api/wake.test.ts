import { describe, expect, it } from '@jest/globals';
import { createLog } from '../../telemetry/log.ts';
import { createWaker } from '../../api/webhooks/wake.ts';
import { until } from '../harness/until.ts';

const quiet = createLog({ level: 'silent', service: 'api' });
const target = (connectionId: string) => ({ connectionId, companyId: 'comp_1', providerKey: 'twilio' });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function recording(fail: (sent: number) => boolean = () => false) {
  const sent: string[] = [];
  const waker = createWaker({
    send: async ({ connectionId }) => {
      sent.push(connectionId);
      if (fail(sent.length)) throw new Error('Temporal is down');
    },
    windowMs: { first: 100, max: 400 },
    retryMs: { first: 20, max: 40 },
    log: quiet,
  });
  return { sent, waker };
}

describe('The waker', () => {
  it('sends at once for the first event and once more for all that follow within the window', async () => {
    const { sent, waker } = recording();
    for (let event = 0; event < 20; event += 1) waker.wake(target('conn_a'));
    expect(sent).toEqual(['conn_a']);
    await pause(250);
    expect(sent).toEqual(['conn_a', 'conn_a']);
    await waker.stop();
  });

  it('wakes less and less often while events keep coming, and at once again after a quiet window', async () => {
    const { sent, waker } = recording();
    const steady = setInterval(() => waker.wake(target('conn_a')), 5);
    await pause(1_500);
    clearInterval(steady);
    // After 0, 100, 300, 700, 1,100 and 1,500 ms; every 100 ms it would be 16.
    expect(sent.length).toBeLessThanOrEqual(6);
    await pause(1_000);
    sent.length = 0;
    waker.wake(target('conn_a'));
    expect(sent).toEqual(['conn_a']);
    await waker.stop();
  });

  it('does not let one connection wait for another', async () => {
    const { sent, waker } = recording();
    waker.wake(target('conn_a'));
    waker.wake(target('conn_b'));
    expect(sent).toEqual(['conn_a', 'conn_b']);
    await waker.stop();
  });

  it('tries a failed wake-up again until it succeeds', async () => {
    const { sent, waker } = recording((count) => count < 4);
    waker.wake(target('conn_a'));
    await until(() => sent.length >= 4);
    await pause(100);
    expect(sent).toHaveLength(4);
    await waker.stop();
  });

  it('sends what is still due when it is stopped', async () => {
    const { sent, waker } = recording();
    waker.wake(target('conn_a'));
    waker.wake(target('conn_a'));
    await waker.stop();
    expect(sent).toEqual(['conn_a', 'conn_a']);
  });
});
