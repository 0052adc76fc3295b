/** How long after a webhook was sent its event is on the client's card. */
import { metricDefinitions } from '../domain/metrics.ts';
import { connect } from '../test/harness/scene.ts';
import type { CardLoadInput, CardLoadResult } from './card-load.ts';
import { figure, Incorrect, type Part } from './figure.ts';
import { runProgram } from './program.ts';
import { quantile } from './statistics.ts';

const perS = 50;

export const card: Part = {
  name: 'card',
  shares: 'the load with its looks at the card, the API, the workers, the database and Temporal',
  async measure({ stack, rounds, quick, say }) {
    const seconds = quick ? 5 : 30;
    const [p50, p99]: [number[], number[]] = [[], []];
    for (let round = 1; round <= rounds; round += 1) {
      const { connectionId, companyId, account } = await connect(stack, { messages: 0 });
      const { key } = await stack.app.apiKeys.create({ companyId, role: 'client', label: 'bench' }, { actor: 'bench' });
      const { visibleAfterMs, accepted } = await runProgram<CardLoadResult>('card-load.ts', {
        url: `${stack.url}/webhooks/twilio/${connectionId}`,
        authToken: account.authToken,
        cardPath: `/v1/companies/${companyId}/portal/cards?connectionId=${connectionId}`,
        key,
        title: metricDefinitions.find((metric) => metric.key === 'messages_received')!.title,
        perS,
        seconds,
      } satisfies CardLoadInput);
      if (accepted !== perS * seconds || visibleAfterMs.length !== accepted)
        throw new Incorrect(
          `Of ${perS * seconds} webhooks ${accepted} were accepted and ${visibleAfterMs.length} came to the card.`,
        );
      p50.push(quantile(visibleAfterMs, 0.5));
      p99.push(quantile(visibleAfterMs, 0.99));
      say(
        `  round ${round}: p50 ${Math.round(p50.at(-1)!)} ms, p99 ${Math.round(p99.at(-1)!)} ms, ${accepted} events on the card`,
      );
    }
    const name = `webhook to visible card, ${perS}/s for ${seconds} s`;
    return [figure(`${name}, p50`, 'ms', p50), figure(`${name}, p99`, 'ms', p99, { wishes: [{ atMost: 2_000 }] })];
  },
};
