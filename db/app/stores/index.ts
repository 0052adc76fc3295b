import type { Sequelize } from 'sequelize';
import type { AppDb } from '../context.ts';
import { defineModels } from '../models/index.ts';
import { accountStore } from './accounts.ts';
import { apiKeyStore } from './api-keys.ts';
import { auditStore } from './audit.ts';
import { cardStore } from './cards.ts';
import { companyStore } from './companies.ts';
import { connectionStore } from './connections.ts';
import { credentialStore } from './credentials.ts';
import { deliveryStore } from './deliveries.ts';
import { errorQueueStore } from './error-queue.ts';
import { healthStore } from './health.ts';
import { idempotencyStore } from './idempotency.ts';
import { incidentStore } from './incidents.ts';
import { jobStore } from './jobs.ts';
import { mappingStore } from './mappings.ts';
import { metricStore } from './metrics.ts';
import { noteStore } from './notes.ts';
import { optOutStore } from './opt-outs.ts';
import { providerStore } from './providers.ts';
import { recordStore } from './records.ts';
import { runStore } from './runs.ts';
import { taskStore } from './tasks.ts';
import { templateStore } from './templates.ts';
import { userStore } from './users.ts';

/** The app database as intentions and plain objects. `masterKey` is 32 bytes; credentials are sealed with keys derived from it. */
export function createAppStores(sequelize: Sequelize, { masterKey }: { masterKey: Buffer }) {
  const db: AppDb = { sequelize, models: defineModels(sequelize), masterKey };
  return {
    companies: companyStore(db),
    users: userStore(db),
    apiKeys: apiKeyStore(db),
    providers: providerStore(db),
    connections: connectionStore(db),
    credentials: credentialStore(db),
    accounts: accountStore(db),
    mappings: mappingStore(db),
    jobs: jobStore(db),
    runs: runStore(db),
    records: recordStore(db),
    errorQueue: errorQueueStore(db),
    templates: templateStore(db),
    deliveries: deliveryStore(db),
    optOuts: optOutStore(db),
    metrics: metricStore(db),
    cards: cardStore(db),
    notes: noteStore(db),
    incidents: incidentStore(db),
    tasks: taskStore(db),
    health: healthStore(db),
    audit: auditStore(db),
    idempotency: idempotencyStore(db),
  };
}
export type AppStores = ReturnType<typeof createAppStores>;
