/** One clock of three is five minutes off: that of our workers, of our API, or of the provider. */
import { commandsOf } from '../../harness/connector.ts';
import { plan, send, type Sending } from '../../harness/delivery.ts';
import { breakTwilio, connect, type Launched } from '../../harness/scene.ts';
import { freshNumber } from '../../harness/twilio-account.ts';
import { readCards } from '../cards.ts';
import { inboundMessages, postUntilTaken } from '../inbound.ts';
import type { Lab } from '../lab.ts';
import { fillAccount, mirrored } from '../mirror.ts';
import { recovered, recoveredWithinMs } from '../recovered.ts';
import { compareSent } from '../sent.ts';
import { nothing, together, type Scenario } from '../scenario.ts';
import { setClock } from '../set-clock.ts';

const offMs = 300_000;
type Shift = (lab: Lab, launched: Launched[], ms: number) => Promise<unknown>;
const clocks: Record<string, Shift> = {
  'the workers’': (lab, _, ms) => setClock(lab, 'workers', ms),
  'the API’s': (lab, _, ms) => setClock(lab, 'api', ms),
  'the provider’s': (lab, all, aheadMs) =>
    Promise.all(all.map(({ account: { accountSid } }) => lab.sandbox.control('twilio', 'setClock', { accountSid, aheadMs }))),
};

export const clockScenarios: Scenario[] = Object.entries(clocks).flatMap(([whose, shift]) =>
  Object.entries({ ahead: offMs, behind: -offMs }).map(([how, ms]) => ({
    name: `${whose} clock is five minutes ${how}`,
    times: { short: 0, full: 1 },
    inject: (lab: Lab) => live(lab, (launched, at) => shift(lab, launched, at), ms),
  })),
);

/** A little of everything while the clock is off, and a little after it was set right. */
async function live(lab: Lab, shift: (all: Launched[], ms: number) => Promise<unknown>, ms: number) {
  const [sender, receiver] = await Promise.all([connect(lab, { messages: 0 }), connect(lab, { messages: 0 })]);
  await fillAccount(lab, receiver, 20);
  // The word comes so late that the message must be found by looking.
  await plan(lab, sender, [
    { status: 'sent', delayMs: 4_000 },
    { status: 'delivered', delayMs: 50 },
  ]);
  const wrong: string[] = [];
  const person = freshNumber();

  await shift([sender, receiver], ms);
  await breakTwilio(lab, sender, '/Messages.json', { kind: 'reset_after_effect', method: 'POST', times: 2 });
  const sendings = await Promise.all(Array.from({ length: 3 }, () => send(lab, sender)));
  await say(lab, receiver, person, 'STOP');
  const stopped = await send(lab, receiver, { to: person });
  const end = await endOf(stopped);
  if (end !== 'blocked') wrong.push(`The message ${stopped.deliveryId} to a person who had said STOP is ${end}.`);
  await arrive(lab, receiver);
  await commandsOf(lab, receiver).syncNow('messages');
  await commandsOf(lab, receiver).idle(recoveredWithinMs);
  for (const { status } of await readCards(lab, receiver))
    if (status !== 'current') wrong.push(`A card of ${receiver.connectionId} is ${status}.`);
  await Promise.all(sendings.map(endOf));
  await shift([sender, receiver], 0);

  return {
    injected: 1,
    async settle() {
      await say(lab, receiver, person, 'START');
      const welcome = await send(lab, receiver, { to: person });
      const ends = [await endOf(welcome), await endOf(await send(lab, sender))];
      for (const one of ends) if (one !== 'delivered') wrong.push(`A message after the clock was set right is ${one}.`);
      await arrive(lab, receiver);
      await commandsOf(lab, receiver).syncNow('messages');
      const findings = await Promise.all([compareSent(lab, sender, sendings), mirrored(lab, receiver)]);
      return together([{ ...nothing(ends.length + 1), stuck: wrong }, ...findings]);
    },
  };
}

/** What a message ends as, or that it does not. */
const endOf = (sending: Sending): Promise<string> =>
  recovered(
    async () => (await sending.handle.describe()).status.name,
    (name) => name !== 'RUNNING',
  ).then(
    async () => (await sending.ends()).status,
    () => 'still under way',
  );

/** A word that Twilio tells us of and does not act on itself: whether it is heeded is up to us. */
async function say(lab: Lab, launched: Launched, from: string, Body: string): Promise<void> {
  const [form] = inboundMessages(launched, 1);
  await postUntilTaken(lab, launched, { ...form!, From: from, Body });
  await recovered(
    () => lab.traffic.events.countWaiting(launched.connectionId),
    (waiting) => waiting === 0,
  );
}

/** A message that no webhook tells of. */
async function arrive(lab: Lab, { account }: Launched): Promise<void> {
  await lab.sandbox.control('twilio', 'inbound', { to: account.number, from: freshNumber(), body: 'Hello' });
}
