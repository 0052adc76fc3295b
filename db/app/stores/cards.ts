import type { CardFacts } from '../../../domain/card.ts';
import type { MetricKey } from '../../../domain/metrics.ts';
import type { AppDb } from '../context.ts';

export type StoredCardFacts = Omit<CardFacts, 'now' | 'providerLabel' | 'metric'> & {
  cardId: string;
  connectionId: string;
  providerKey: string;
  metricKey: MetricKey;
};

export interface CardStore {
  /** One card for each connection and metric, with the client's next action. Repeatable. */
  save(input: {
    companyId: string;
    connectionId: string;
    metricKey: MetricKey;
    nextAction: string;
    explanation: string;
  }): Promise<void>;
  /** What the company's cards are built from; never a sibling's or a franchise's. */
  facts(input: { companyId: string; connectionId?: string | undefined }): Promise<StoredCardFacts[]>;
}

// BODY
export function cardStore(_db: AppDb): CardStore {
  throw new Error('The store is not there yet.');
}
