/** Messages go out while the worker dies, and while the far end answers late, wrongly or not at all. */
import { setTimeout as sleep } from 'node:timers/promises';
import { plan, send, store, type Sending } from '../../harness/delivery.ts';
import { breakTwilio, connect, type Launched } from '../../harness/scene.ts';
import { freshNumber } from '../../harness/twilio-account.ts';
import { until } from '../../harness/until.ts';
import { inLanes } from '../../harness/lanes.ts';
import type { Lab, NamedPoint, Victim } from '../lab.ts';
import { seeded } from '../random.ts';
import { recovered } from '../recovered.ts';
import { compareSent } from '../sent.ts';
import { nothing, together, type Scenario } from '../scenario.ts';

/** Where the row becomes `status`: the history's row is written in the same transaction, and names the message. */
const becomes = (deliveryId: string, status: 'sending' | 'accepted', of: Victim = 'workers'): NamedPoint => ({
  of,
  part: 'app',
  statement: new RegExp(`^INSERT INTO message_delivery_statuses [^]*'${deliveryId}', '${status}'`),
  hold: 'after',
  commit: true,
});

const killPoints: Record<string, (deliveryId: string) => NamedPoint> = {
  'with a message claimed and not yet sent': (id) => becomes(id, 'sending'),
  'with a message sent and not yet written down': (id) => ({ ...becomes(id, 'accepted'), hold: 'before' }),
  'with a message sent, written down and unanswered': (id) => becomes(id, 'accepted'),
};
/** Twilio tells nothing for so long that a message must be found by looking for it. */
const lateWord = [
  { status: 'sent', delayMs: 60_000 },
  { status: 'delivered', delayMs: 50 },
];

const usualWord = [{ status: 'sent', delayMs: 300 }, lateWord[1]!];

const killed: Scenario[] = Object.entries(killPoints).map(([where, pointOf]) => ({
  name: `worker killed ${where}`,
  times: { short: where.includes('not yet written') ? 1 : 0, full: 4 },
  async inject(lab, times) {
    const launched = await connect(lab, { messages: 0 });
    const sendings: Sending[] = [];
    for (let time = 0; time < times; time += 1) {
      // What was sent is found by looking, or by its word, whichever comes first.
      if (!where.includes('not yet sent')) await plan(lab, launched, time % 2 === 0 ? lateWord : usualWord);
      const { start, ...sending } = await store(lab, launched, { policy: { statusWithinMs: 60_000 } });
      await lab.killAt(pointOf(sending.deliveryId), start);
      await lab.workers.start();
      sendings.push(sending);
    }
    return { injected: times, settle: () => compareSent(lab, launched, sendings) };
  },
}));

type Fault = Parameters<typeof breakTwilio>[3];
const answers: Record<string, Fault> = {
  'sends time out after Twilio took the message': { kind: 'timeout_after_effect' },
  'connection reset after Twilio took the message': { kind: 'reset_after_effect' },
  'connection reset before Twilio took the message': { kind: 'reset_before' },
  'sends refused by a storm of 429': { kind: 'status429', times: 4, retryAfterS: 1 },
  'Twilio fails with 500, then takes the message': { kind: 'status500', times: 2 },
  'status callback before our commit': { kind: 'delay', ms: 2_000 },
};

const answered: Scenario[] = Object.entries(answers).map(([name, fault]) => ({
  name,
  times: { short: fault.kind === 'reset_after_effect' ? 1 : 0, full: 10 },
  async inject(lab, times) {
    const launched = await connect(lab, { messages: 0 });
    // The message is looked for, unless its word is what the scenario is about.
    const wordMs = fault.kind === 'timeout_after_effect' ? 40_000 : 10_000;
    if (fault.kind !== 'delay') await plan(lab, launched, [{ status: 'sent', delayMs: wordMs }, lateWord[1]!]);
    await breakTwilio(lab, launched, '/Messages.json', { ...fault, method: 'POST', times: (fault.times ?? 1) * times });
    const policy = { statusWithinMs: 60_000 };
    const sendings = await Promise.all(Array.from({ length: times }, () => send(lab, launched, { policy })));
    return { injected: times, settle: () => compareSent(lab, launched, sendings) };
  },
}));

/** The answer is lost and the look is refused: only a person can find out, and is asked. */
const unknowable: Scenario = {
  name: 'nobody can know whether a message went out: a person is asked, and decides',
  times: { short: 1, full: 6 },
  async inject(lab, times) {
    const findings = nothing();
    const waiting: { launched: Launched; sending: Sending }[] = [];
    for (let time = 0; time < times; time += 1) {
      const wentOut = time % 2 === 0;
      const launched = await connect(lab, { messages: 0 });
      // No word comes before the person has spoken: on a busy machine it came before the look, and nobody had to be asked.
      await plan(lab, launched, []);
      const kind = wentOut ? 'reset_after_effect' : 'reset_before';
      await breakTwilio(lab, launched, '/Messages.json', { kind, method: 'POST', times: 1 });
      await breakTwilio(lab, launched, '/Messages.json', { kind: 'revoked', method: 'GET', times: 1 });
      const sending = await send(lab, launched, { policy: { statusWithinMs: 60_000 } });
      const seen = await recovered(
        () => askedOfPerson(lab, sending),
        ({ tasks, items }) => tasks === 1 && items === 1,
      ).catch(() => askedOfPerson(lab, sending));
      if (seen.status !== 'ambiguous' || seen.tasks !== 1 || seen.items !== 1)
        findings.stuck.push(`The message ${sending.deliveryId} waits unseen: ${JSON.stringify(seen)}.`);
      if (!wentOut) await plan(lab, launched, usualWord);
      await recovered(
        () => sending.decide(wentOut ? 'was_sent' : 'send_again') as Promise<{ verdict: string }>,
        ({ verdict }) => verdict === 'accepted',
      );
      if (wentOut) await tellDelivered(lab, sending);
      waiting.push({ launched, sending });
    }
    return {
      injected: times,
      async settle() {
        const all = await Promise.all(waiting.map(({ launched, sending }) => compareSent(lab, launched, [sending])));
        return together([findings, ...all]);
      },
    };
  },
};

async function tellDelivered(lab: Lab, { atTwilio }: Sending): Promise<void> {
  const [{ sid: messageSid } = { sid: '' }] = await atTwilio();
  for (const status of ['sent', 'delivered']) await lab.sandbox.control('twilio', 'sendCallback', { messageSid, status });
}

async function askedOfPerson(lab: Lab, { deliveryId }: Sending): Promise<{ status: string; tasks: number; items: number }> {
  const [row] = await lab.rows<{ status: string; tasks: number; items: number }>(
    'app',
    `SELECT status, (SELECT COUNT(*) FROM admin_tasks WHERE open_subject = message_deliveries.id) AS tasks,
       (SELECT COUNT(*) FROM integration_error_queue WHERE delivery_id = message_deliveries.id AND state = 'pending') AS items
     FROM message_deliveries WHERE id = ?`,
    [deliveryId],
  );
  return row!;
}

/** The worker is frozen between claim and request for so long that another one sends; thawed, it must not send as well. */
const frozen: Scenario = {
  name: 'worker frozen between claim and request, and thawed after another has sent',
  // Frozen, it keeps what Temporal hands it, and others would wait for that in the short part.
  times: { short: 0, full: 1 },
  async inject(lab) {
    const launched = await connect(lab, { messages: 0 });
    const { start, ...sending } = await store(lab, launched);
    await Promise.all([lab.workers.kill(), lab.spare.start()]);
    const letGo = await lab.holdAt(becomes(sending.deliveryId, 'sending', 'spare'), start);
    lab.spare.freeze();
    await lab.workers.start();
    return {
      injected: 1,
      async settle() {
        await until(sending.atTwilio, ({ length }) => length > 0, 120_000).catch(() => undefined);
        lab.spare.thaw();
        letGo();
        // It ends when what it had under way is done.
        await lab.spare.kill('SIGTERM');
        return compareSent(lab, launched, [sending]);
      },
    };
  },
};

const seed = 20_261_121;
const killForMs = 60_000;
const [connections, senders, messagesEach] = [5, 10, 10];

/** Some have the same words for the same person: of those, a look at the provider cannot tell which is which. */
const crowd: Scenario = {
  name: `worker killed at random (seed ${seed}) while ${connections * senders * messagesEach} messages go out`,
  times: { short: 0, full: 1 },
  async inject(lab) {
    const random = seeded(seed);
    const all = await Promise.all(Array.from({ length: connections }, () => connectWithSenders(lab)));
    const drafts = all.flatMap(({ launched, numbers }) =>
      numbers.flatMap((from) => draftsOf(from).map((draft) => ({ launched, draft }))),
    );
    const sent = new Map(all.map(({ launched }) => [launched, [] as Sending[]]));
    const started = inLanes(
      drafts,
      8,
      async ({ launched, draft }) => void sent.get(launched)!.push(await send(lab, launched, draft)),
    );
    let kills = 0;
    for (const end = Date.now() + killForMs; Date.now() < end; kills += 1) {
      await sleep(1_000 + random() * 4_000);
      await lab.workers.kill();
      await lab.workers.start();
    }
    await started;
    return {
      injected: kills,
      settle: async () =>
        together(await Promise.all([...sent].map(([launched, sendings]) => compareSent(lab, launched, sendings, 420_000)))),
    };
  },
};

async function connectWithSenders(lab: Lab): Promise<{ launched: Launched; numbers: string[] }> {
  const launched = await connect(lab, { messages: 0 });
  const { accountSid: sid, authToken, number } = launched.account;
  const numbers = [number, ...Array.from({ length: senders - 1 }, freshNumber)];
  await lab.sandbox.control('twilio', 'createAccount', {
    sid,
    authToken,
    numbers: numbers.map((phoneNumber) => ({ phoneNumber })),
  });
  return { launched, numbers };
}

/** Of ten, six are for six people, and four are two pairs with the same words for the same person. */
function draftsOf(from: string): { from: string; to: string; body: string }[] {
  const pairs = [freshNumber(), freshNumber()];
  return Array.from({ length: messagesEach }, (_, index) =>
    index < 4
      ? { from, to: pairs[index % 2]!, body: 'Your technician is on the way' }
      : { from, to: freshNumber(), body: `Your technician comes at ${index}:00` },
  );
}

export const sendingScenarios: Scenario[] = [...killed, ...answered, unknowable, crowd, frozen];
