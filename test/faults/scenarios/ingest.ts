/** The API dies while it takes events. */
import { connect, type Launched } from '../../harness/scene.ts';
import { inboundMessages, post, postUntilTaken, type Inbound } from '../inbound.ts';
import type { Lab, NamedPoint } from '../lab.ts';
import { inLanes } from '../../harness/lanes.ts';
import { compareApplied, type Expected } from '../mixed-events.ts';
import { together, type Scenario } from '../scenario.ts';

const committing = ({ connectionId }: Launched, hold: NamedPoint['hold']): NamedPoint => ({
  of: 'api',
  part: 'traffic',
  statement: new RegExp(`^INSERT INTO integration_raw_events [^]*'${connectionId}'`),
  commit: true,
  hold,
});

/** Posted at the same time, so that they share commits. */
const perKill = 30;

/** The sender comes again until it is answered, as Twilio does. */
const retried = (where: string, hold: NamedPoint['hold']): Scenario => ({
  name: `API killed ${where}; the sender comes again`,
  times: { short: hold === 'after' ? 1 : 0, full: 4 },
  async inject(lab, times) {
    const launched = await connect(lab, { messages: 0 });
    const expected: Expected = { events: new Map(), rows: new Map(), optOuts: new Map() };
    for (let time = 0; time < times; time += 1) {
      const forms = inboundMessages(launched, perKill);
      let taken: Promise<unknown> | undefined;
      await lab.killAt(
        committing(launched, hold),
        () => (taken = inLanes(forms, perKill, (form) => postUntilTaken(lab, launched, form))),
      );
      const stored = await storedOf(lab, launched, forms);
      if (stored.size > 0 !== (hold === 'after'))
        throw new Error(`${stored.size} of ${perKill} events were stored when the API died ${where}.`);
      await lab.api.start();
      await taken;
      for (const { MessageSid: sid } of forms) promise(expected, sid, stored.has(sid) ? 1 : 0);
    }
    return { injected: times, settle: () => compareApplied(lab, launched, expected) };
  },
});

/** Nobody wakes the drain: not the API that died, no retry and no later event. */
const forgotten: Scenario = {
  name: 'API killed between the commit of an event and its wake-up; nobody comes again',
  times: { short: 0, full: 4 },
  async inject(lab, times) {
    const all: { launched: Launched; expected: Expected }[] = [];
    for (let time = 0; time < times; time += 1) {
      const launched = await connect(lab, { messages: 0 });
      const [form] = inboundMessages(launched, 1);
      await lab.killAt(committing(launched, 'after'), () => post(lab, launched, form!));
      await lab.api.start();
      const expected: Expected = { events: new Map(), rows: new Map(), optOuts: new Map() };
      promise(expected, form!.MessageSid, 0);
      all.push({ launched, expected });
    }
    return {
      injected: times,
      settle: async () =>
        together(await Promise.all(all.map(({ launched, expected }) => compareApplied(lab, launched, expected)))),
    };
  },
};

export const ingestScenarios: Scenario[] = [
  retried('before the commit of events', 'before'),
  retried('between the commit of events and the answer', 'after'),
  forgotten,
];

async function storedOf(lab: Lab, { connectionId }: Launched, forms: Inbound[]): Promise<Set<string>> {
  const keys = forms.map(({ MessageSid }) => MessageSid);
  const rows = await lab.rows<{ key: string }>(
    'traffic',
    'SELECT event_key AS `key` FROM integration_raw_events WHERE connection_id = ? AND event_key IN (?)',
    [connectionId, keys],
  );
  return new Set(rows.map(({ key }) => key));
}

function promise({ events, rows }: Expected, sid: string, duplicates: number): void {
  events.set(sid, { things: 1, duplicates });
  rows.set(sid, 'inbound received');
}
