/** Twenty webhooks a second to one connection, each posted again until it is taken. */
import { connect } from '../../harness/scene.ts';
import { compareInbound, inboundMessages, postUntilTaken, type Inbound } from '../inbound.ts';
import type { Operation } from './operation.ts';

const everyMs = 50;
/** As Twilio waits for an answer. https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides */
const answerWithinMs = 15_000;

export const webhookDrain: Operation = {
  name: 'webhook drain',
  async prepare(lab) {
    const launched = await connect(lab, { messages: 0 });
    const given: Inbound[] = [];
    const posted: Promise<unknown>[] = [];
    let taken = 0;
    return {
      async run(turn) {
        for (; !turn.isOver; await turn.rest(everyMs)) {
          const [form] = inboundMessages(launched, 1);
          given.push(form!);
          const until = postUntilTaken(lab, launched, form!, answerWithinMs).then(() => (taken += 1));
          until.catch(() => undefined); // told when it is awaited
          posted.push(until);
        }
      },
      phase: () => `${taken} of ${given.length} taken`,
      async settle() {
        await Promise.all(posted);
        return compareInbound(lab, launched, given, 240_000);
      },
    };
  },
};
