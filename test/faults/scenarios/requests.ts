/** The API dies while it takes a request for a message, and the request comes again with its key. */
import { randomUUID } from 'node:crypto';
import { connect } from '../../harness/scene.ts';
import { freshNumber } from '../../harness/twilio-account.ts';
import { askFor, compareAsked, createAsking, insistOn } from '../asked-messages.ts';
import type { NamedPoint } from '../lab.ts';
import type { Scenario } from '../scenario.ts';

const api = { of: 'api', part: 'app' } as const;
const points: Record<string, (companyId: string) => NamedPoint> = {
  'with a message stored, and no workflow for it': (companyId) => ({
    ...api,
    statement: new RegExp(`^INSERT INTO audit_log [^]*'${companyId}'[^]*'message.send'`),
    hold: 'after',
    commit: true,
  }),
  'with a message on its way, and its answer not kept': () => ({
    ...api,
    statement: /^UPDATE api_idempotency_keys SET state = 'done'/,
    hold: 'before',
  }),
};

export const requestScenarios: Scenario[] = Object.entries(points).map(([where, pointOf]) => ({
  name: `API killed ${where}; the request comes again with its key`,
  // A key whose process is gone is given out again after a minute.
  times: { short: 0, full: 3 },
  async inject(lab, times) {
    const launched = await connect(lab, { messages: 0 });
    const asking = await createAsking(lab, launched);
    const requests = Array.from({ length: times }, () => ({ to: freshNumber(), key: randomUUID() }));
    for (const { to, key } of requests) {
      await lab.killAt(pointOf(launched.companyId), () => askFor(lab, asking, to, key));
      await lab.api.start();
    }
    return {
      injected: times,
      async settle() {
        const accepted = await Promise.all(requests.map(({ to, key }) => insistOn(lab, asking, to, key)));
        return compareAsked(lab, launched, asking, { people: requests.map(({ to }) => to), accepted });
      },
    };
  },
}));
