/**
 * What comes late, at the same time, or while we read. No process is broken here, so all of it happens while others recover. It
 * stands last in the list: a process that another scenario kills would blur the counts.
 */
import { commandsOf } from '../../harness/connector.ts';
import { plan, send } from '../../harness/delivery.ts';
import { askedOf, connect, type Launched } from '../../harness/scene.ts';
import { inboundMessages, post, type Inbound } from '../inbound.ts';
import type { Lab } from '../lab.ts';
import { inLanes } from '../../harness/lanes.ts';
import { fillAccount, listAtTwilio, mirrored } from '../mirror.ts';
import { compareApplied, randomMessageSid, statusForm, type Expected } from '../mixed-events.ts';
import { recovered } from '../recovered.ts';
import { nothing, together, type Findings, type Scenario } from '../scenario.ts';

const messagesEach = 40;

const lateStatuses = disorder(
  'statuses told before the older ones, of messages both applied and waiting',
  messagesEach + 1,
  async (lab, times) => {
    const launched = await connect(lab, { messages: 0 });
    await plan(lab, launched, []);
    const expected = expectNothing();
    for (let time = 0; time < times; time += 1) {
      const sending = await send(lab, launched, { policy: { statusWithinMs: 600_000 } });
      const [own] = await recovered(sending.atTwilio, ({ length }) => length > 0);
      const sids = Array.from({ length: messagesEach }, randomMessageSid);
      const tell = (status: string, some: string[]) =>
        inLanes(some, 16, (sid) => {
          expected.events.set(`${sid}:${status}`, { things: 1 });
          expected.rows.set(sid, 'outbound delivered');
          return postOnce(lab, launched, statusForm(launched, sid, status));
        });

      await tell('delivered', [own!.sid, ...sids.slice(0, messagesEach / 2)]);
      await recovered(
        () => lab.traffic.events.countWaiting(launched.connectionId),
        (waiting) => waiting === 0,
      );
      await commandsOf(lab, launched).pause();
      await tell('delivered', sids.slice(messagesEach / 2));
      await tell('sent', [own!.sid, ...sids]);
      await commandsOf(lab, launched).resume();
    }
    const findings = await compareApplied(lab, launched, expected);
    const told = await lab.rows<{ id: string; status: string }>(
      'app',
      'SELECT id, status FROM message_deliveries WHERE connection_id = ?',
      [launched.connectionId],
    );
    for (const { id, status } of told)
      if (status !== 'delivered') findings.lost.push(`The delivery ${id} was told "delivered" and is "${status}".`);
    return { ...findings, checked: findings.checked + told.length };
  },
);

const atOnce = 10;
const eventsEach = 20;

const tenAtOnce = disorder(
  'the same event in ten deliveries at the same time',
  eventsEach,
  async (lab, times) => {
    const launched = await connect(lab, { messages: 0 });
    const expected = expectNothing();
    for (let time = 0; time < times; time += 1) {
      const forms = inboundMessages(launched, eventsEach);
      for (const { MessageSid: sid } of forms) {
        expected.events.set(sid, { things: 1, duplicates: atOnce - 1 });
        expected.rows.set(sid, 'inbound received');
      }
      await Promise.all(forms.flatMap((form) => Array.from({ length: atOnce }, () => postOnce(lab, launched, form))));
    }
    return compareApplied(lab, launched, expected);
  },
  1,
);

const versionsEach = 100;

const olderVersions = disorder('older versions of records in a sync than those stored', versionsEach, async (lab, times) => {
  const launched = await connect(lab, { messages: 0 });
  await fillAccount(lab, launched, 2 * versionsEach);
  const { accountSid } = launched.account;
  const delivered = (await listAtTwilio(lab, launched)).filter(({ status }) => status === 'delivered');
  const sids = delivered.slice(0, versionsEach).map(({ sid }) => sid);
  const show = (version: { status: string; body: string; updatedAt: Date }) =>
    lab.sandbox.control('twilio', 'changeMessages', { accountSid, messages: sids.map((sid) => ({ sid, ...version })) });
  const findings = nothing();
  for (let time = 0; time < times; time += 1) {
    const [newer, now] = [`The ${time + 1}. correction`, Date.now() + time * 60_000];
    await show({ status: 'delivered', body: newer, updatedAt: new Date(now) });
    await syncMessages(lab, launched);
    await show({ status: 'sent', body: 'As it was first', updatedAt: new Date(now - 3_600_000) });
    const { ignored, updated } = await syncMessages(lab, launched);
    if (ignored !== sids.length || updated !== 0)
      findings.lost.push(`Of ${sids.length} older versions, ${ignored} were ignored and ${updated} written.`);
    const kept = await lab.rows<{ sid: string }>(
      'app',
      `SELECT external_id AS sid FROM messages WHERE connection_id = ? AND body = ? AND status = 'delivered'`,
      [launched.connectionId, newer],
    );
    if (kept.length !== sids.length) findings.lost.push(`${sids.length - kept.length} messages went back to an older version.`);
    findings.checked += sids.length;
  }
  return findings;
});

/** Pages that the account's messages fill; the last one half. */
const pages = 3;
const changesEach = 10;
/** The far end answers this late with what it has read: the time in which its messages change. */
const answersAfterMs = 600;

const changingPages = disorder(
  'pages that change while they are read: messages come, move up, move down, go on',
  (pages - 1) * 4 * changesEach,
  async (lab, times) => {
    const all: Findings[] = [];
    for (let time = 0; time < times; time += 1) {
      const launched = await connect(lab, { messages: 0 });
      await pullWhileChanging(lab, launched);
      // What moved out of the run's sight is in the next run's window.
      await recovered(
        () => commandsOf(lab, launched).syncNow('messages'),
        ({ verdict }) => verdict === 'accepted',
      );
      all.push(await mirrored(lab, launched));
    }
    return together(all);
  },
);

export const orderScenarios: Scenario[] = [lateStatuses, tenAtOnce, olderVersions, changingPages];

function disorder(name: string, each: number, happen: (lab: Lab, times: number) => Promise<Findings>, short = 0): Scenario {
  return {
    name,
    times: { short, full: 4 },
    inject: async (lab, times) => ({ injected: times * each, settle: () => happen(lab, times) }),
  };
}

const expectNothing = (): Expected => ({ events: new Map(), rows: new Map(), optOuts: new Map() });

async function postOnce(lab: Lab, launched: Launched, form: Inbound): Promise<void> {
  const { status } = await post(lab, launched, form);
  if (status !== 200) throw new Error(`The event ${form.MessageSid} was answered ${status}.`);
}

async function syncMessages(lab: Lab, launched: Launched) {
  const answer = await commandsOf(lab, launched).syncNow('messages');
  if (answer.verdict !== 'accepted') throw new Error(`A sync of ${launched.connectionId} was ${answer.verdict}.`);
  const run = await recovered(
    () => lab.app.runs.find(answer.runs[0]!.runId),
    (found) => found?.outcome !== undefined && found.outcome !== null,
  );
  if (run?.outcome !== 'succeeded') throw new Error(`The run ${run?.id} ${run?.outcome}.`);
  return run.counts;
}

/** After each page is read at the far end, and before the next one is. */
async function pullWhileChanging(lab: Lab, launched: Launched): Promise<void> {
  const { accountSid, number } = launched.account;
  await fillAccount(lab, launched, pages * 1_000 - 500);
  const listed = await listAtTwilio(lab, launched);
  // The last of a page is where the next one is found to begin: it stays where it is.
  const pageOf = (page: number) =>
    listed.slice(page * 1_000, (page + 1) * 1_000 - 1).filter(({ status }) => status === 'delivered');
  const asked = async () => (await askedOf(lab, launched, '/Messages.json')).length;
  const before = await asked();
  const match = { path: `/Accounts/${accountSid}/Messages.json` };
  await lab.sandbox.control('twilio', 'fault', { kind: 'delay', ms: answersAfterMs, times: pages, match });
  await commandsOf(lab, launched).syncNow('messages');
  for (let read = 0; read < pages - 1; read += 1) {
    await recovered(asked, (count) => count > before + read);
    const [now, dayAgo] = [new Date(), new Date(Date.now() - 25 * 3_600_000)];
    const pick = (page: number, part: number) =>
      pageOf(page).slice((read * 2 + part) * changesEach, (read * 2 + part + 1) * changesEach);
    await lab.sandbox.control('twilio', 'changeMessages', {
      accountSid,
      messages: [
        ...pick(pages - 1, 0).map(({ sid }) => ({ sid, sentAt: now, updatedAt: now })),
        ...pick(read, 0).map(({ sid }) => ({ sid, sentAt: dayAgo, updatedAt: now })),
        ...pick(read, 1).map(({ sid }) => ({ sid, status: 'read', updatedAt: now })),
      ],
    });
    for (let come = 0; come < changesEach; come += 1)
      await lab.sandbox.control('twilio', 'inbound', { to: number, from: '+14155550124', body: 'One more' });
  }
}
