import type { Sequelize } from 'sequelize';
import { sealedStore } from '../../sealed/store.ts';
import type { AppDb } from '../context.ts';
import { defineModels } from '../models/index.ts';
import { appSealedTables } from '../sealed-tables.ts';
import { accountStore } from './accounts.ts';
import { allowanceStore } from './allowances.ts';
import { anomalyStore } from './anomalies.ts';
import { apiKeyStore } from './api-keys.ts';
import { auditAnchorStore } from './audit-anchors.ts';
import { auditStore } from './audit.ts';
import { baselineStore } from './baselines.ts';
import { cardStore } from './cards.ts';
import { circuitStore } from './circuits.ts';
import { companyStore } from './companies.ts';
import { connectionStore } from './connections.ts';
import { consentStore } from './consents.ts';
import { countStore } from './counts.ts';
import { credentialStore } from './credentials.ts';
import { keyStore } from './data-keys.ts';
import { dealStore } from './deals.ts';
import { deliveryStore } from './deliveries.ts';
import { erasureStore } from './erasures.ts';
import { dutyStore } from './duty.ts';
import { errorQueueStore } from './error-queue.ts';
import { franchiseKeyStore } from './franchise-keys.ts';
import { grantStore } from './grants.ts';
import { heldValueStore } from './held-values.ts';
import { healthStore } from './health.ts';
import { idempotencyStore } from './idempotency.ts';
import { incidentStore } from './incidents.ts';
import { jobStore } from './jobs.ts';
import { manualValueStore } from './manual-values.ts';
import { mappingDraftStore } from './mapping-drafts.ts';
import { mappingStore } from './mappings.ts';
import { messageFallbackStore } from './message-fallbacks.ts';
import { metricStore } from './metrics.ts';
import { noteStore } from './notes.ts';
import { noticeSettingsStore } from './notice-settings.ts';
import { optOutStore } from './opt-outs.ts';
import { passwordStore } from './passwords.ts';
import { periodValueStore } from './period-values.ts';
import { pipelineStageStore } from './pipeline-stages.ts';
import { providerStore } from './providers.ts';
import { queueRetryStore } from './queue-retries.ts';
import { recordStore } from './records.ts';
import { pushStore } from './pushes.ts';
import { recordOwnerStore } from './record-owners.ts';
import { remapStore } from './remaps.ts';
import { replayPreviewStore } from './replay-previews.ts';
import { replayStore } from './replays.ts';
import { reportStore } from './reports.ts';
import { rollUpStore } from './roll-ups.ts';
import { runStore } from './runs.ts';
import { sessionStore } from './sessions.ts';
import { shareStore } from './shares.ts';
import { sourceFieldStore } from './source-fields.ts';
import { storyStore } from './story.ts';
import { taskStore } from './tasks.ts';
import { tokenStore } from './tokens.ts';
import { templateStore } from './templates.ts';
import { userStore } from './users.ts';
import { watchStore } from './watch.ts';

/** The app database as intentions and plain objects. */
export function createAppStores(sequelize: Sequelize, { keyring }: Pick<AppDb, 'keyring'>) {
  const db: AppDb = { sequelize, models: defineModels(sequelize), keyring };
  return {
    companies: companyStore(db),
    users: userStore(db),
    noticeSettings: noticeSettingsStore(db),
    duty: dutyStore(db),
    apiKeys: apiKeyStore(db),
    passwords: passwordStore(db),
    sessions: sessionStore(db),
    providers: providerStore(db),
    connections: connectionStore(db),
    credentials: credentialStore(db),
    tokens: tokenStore(db),
    consents: consentStore(db),
    accounts: accountStore(db),
    mappings: mappingStore(db),
    mappingDrafts: mappingDraftStore(db),
    sourceFields: sourceFieldStore(db),
    story: storyStore(db),
    remaps: remapStore(db),
    franchiseKeys: franchiseKeyStore(db),
    pipelineStages: pipelineStageStore(db),
    recordOwners: recordOwnerStore(db),
    pushes: pushStore(db),
    jobs: jobStore(db),
    runs: runStore(db),
    records: recordStore(db),
    deals: dealStore(db),
    errorQueue: errorQueueStore(db),
    queueRetries: queueRetryStore(db),
    replays: replayStore(db),
    replayPreviews: replayPreviewStore(db),
    templates: templateStore(db),
    deliveries: deliveryStore(db),
    messageFallbacks: messageFallbackStore(db),
    optOuts: optOutStore(db),
    metrics: metricStore(db),
    heldValues: heldValueStore(db),
    manualValues: manualValueStore(db),
    shares: shareStore(db),
    cards: cardStore(db),
    rollUps: rollUpStore(db),
    notes: noteStore(db),
    periodValues: periodValueStore(db),
    reports: reportStore(db),
    incidents: incidentStore(db),
    tasks: taskStore(db),
    health: healthStore(db),
    circuits: circuitStore(db),
    counts: countStore(db),
    watch: watchStore(db),
    baselines: baselineStore(db),
    anomalies: anomalyStore(db),
    audit: auditStore(db),
    grants: grantStore(db),
    allowances: allowanceStore(db),
    auditAnchors: auditAnchorStore(db),
    erasures: erasureStore(db),
    idempotency: idempotencyStore(db),
    masterKeys: { list: keyStore(sequelize).masterKeys },
    sealed: sealedStore(db, appSealedTables),
  };
}
export type AppStores = ReturnType<typeof createAppStores>;
