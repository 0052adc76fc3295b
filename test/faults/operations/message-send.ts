/** An admin sends messages from a template, each with a key of its own, and repeats a request that nobody answered. */
import { randomUUID } from 'node:crypto';
import { connect, quickPolicy } from '../../harness/scene.ts';
import { freshNumber } from '../../harness/twilio-account.ts';
import { compareAsked, createAsking, insistOn } from '../asked-messages.ts';
import type { Operation } from './operation.ts';

const everyMs = 400;
/** A sender's number sends one a second: nobody heaps up more than this before it. */
const queuedMax = 30;

export const messageSend: Operation = {
  name: 'message send',
  async prepare(lab) {
    const policy = { delivery: { ...quickPolicy.delivery, statusWithinMs: 20_000 } };
    const launched = await connect(lab, { messages: 0, policy });
    const asking = await createAsking(lab, launched);
    const asked: Promise<string>[] = [];
    const people: string[] = [];
    const queued = () =>
      lab
        .rows('app', `SELECT id FROM message_deliveries WHERE connection_id = ? AND status = 'queued' LIMIT ${queuedMax}`, [
          launched.connectionId,
        ])
        .catch(() => []); // nobody can say now: it is asked for all the same
    return {
      async run(turn) {
        for (; !turn.isOver; await turn.rest(everyMs)) {
          if ((await queued()).length === queuedMax) continue;
          const to = freshNumber();
          people.push(to);
          const id = insistOn(lab, asking, to, randomUUID());
          id.catch(() => undefined); // told when it is awaited
          asked.push(id);
        }
      },
      phase: () => `${people.length} asked for`,
      settle: async () => compareAsked(lab, launched, asking, { people, accepted: await Promise.all(asked) }),
    };
  },
};
