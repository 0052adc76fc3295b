import type { Route } from '../route.ts';
import { createCompany } from './companies/create-company.ts';
import { createFranchise } from './companies/create-franchise.ts';
import { createPlatformUser } from './companies/create-platform-user.ts';
import { createUser } from './companies/create-user.ts';
import { getRollUp } from './companies/get-roll-up.ts';
import { disableUser } from './companies/disable-user.ts';
import { enableUser } from './companies/enable-user.ts';
import { getCompany } from './companies/get-company.ts';
import { linkToken } from './companies/link-token.ts';
import { listCompanies } from './companies/list-companies.ts';
import { listPlatformUsers } from './companies/list-platform-users.ts';
import { listUsers } from './companies/list-users.ts';
import { moveCompany } from './companies/move-company.ts';
import { updateUser } from './companies/update-user.ts';
import { createKey } from './keys/create-key.ts';
import { createPlatformKey } from './keys/create-platform-key.ts';
import { listKeys } from './keys/list-keys.ts';
import { listPlatformKeys } from './keys/list-platform-keys.ts';
import { revokeKey } from './keys/revoke-key.ts';
import { getRotation } from './key-rotation/get-rotation.ts';
import { retireKeys } from './key-rotation/retire-keys.ts';
import { reverseRotation } from './key-rotation/reverse-rotation.ts';
import { startRotation } from './key-rotation/start-rotation.ts';
import { getProvider } from './providers/get-provider.ts';
import { listProviders } from './providers/list-providers.ts';
import { askConsent } from './connections/ask-consent.ts';
import { getConnection } from './connections/get-connection.ts';
import { listConnections } from './connections/list-connections.ts';
import { listReconciliations } from './connections/list-reconciliations.ts';
import { listSenders } from './connections/list-senders.ts';
import { startOnboarding } from './connections/start-onboarding.ts';
import { updatePolicy } from './connections/update-policy.ts';
import { updateSettings } from './connections/update-settings.ts';
import { cancelOnboarding } from './onboarding/cancel-onboarding.ts';
import { confirmAccess } from './onboarding/confirm-access.ts';
import { confirmBaseline } from './onboarding/confirm-baseline.ts';
import { createRecords } from './onboarding/create-records.ts';
import { getProgress } from './onboarding/get-progress.ts';
import { launch } from './onboarding/launch.ts';
import { mapFields } from './onboarding/map-fields.ts';
import { testRun } from './onboarding/test-run.ts';
import { disconnect } from './commands/disconnect.ts';
import { listPublishedReports } from './portal/list-published-reports.ts';
import { listReports } from './reports/list-reports.ts';
import { publishReport } from './reports/publish-report.ts';
import { editNote } from './notes/edit-note.ts';
import { listActivity } from './notes/list-activity.ts';
import { listOwnNotes } from './notes/list-own-notes.ts';
import { publishNote } from './notes/publish-note.ts';
import { listHeldValues } from './metrics/list-held-values.ts';
import { reviewHeldValue } from './metrics/review-held-value.ts';
import { enterManualValue } from './commands/enter-manual-value.ts';
import { pause } from './commands/pause.ts';
import { reauthorize } from './commands/reauthorize.ts';
import { resume } from './commands/resume.ts';
import { syncNow } from './commands/sync-now.ts';
import { getRun } from './syncs/get-run.ts';
import { listJobs } from './syncs/list-jobs.ts';
import { listRunErrors } from './syncs/list-run-errors.ts';
import { listRuns } from './syncs/list-runs.ts';
import { getQueueItem } from './failures/get-queue-item.ts';
import { ignoreQueueItem } from './failures/ignore-queue-item.ts';
import { listApiCalls } from './failures/list-api-calls.ts';
import { listEvents } from './failures/list-events.ts';
import { listQueue } from './failures/list-queue.ts';
import { resolveQueueItem } from './failures/resolve-queue-item.ts';
import { retryQueueItem } from './failures/retry-queue-item.ts';
import { readPayload } from './failures/read-payload.ts';
import { eraseCompany } from './erasures/erase-company.ts';
import { erasePerson } from './erasures/erase-person.ts';
import { getErasure } from './erasures/get-erasure.ts';
import { listErasures } from './erasures/list-erasures.ts';
import { createGrant } from './grants/create-grant.ts';
import { listGrants } from './grants/list-grants.ts';
import { revokeGrant } from './grants/revoke-grant.ts';
import { discardDraft } from './mappings/discard-draft.ts';
import { getDraft } from './mappings/get-draft.ts';
import { getRemap } from './mappings/get-remap.ts';
import { listMappings } from './mappings/list-mappings.ts';
import { listSourceFields } from './mappings/list-source-fields.ts';
import { previewMapping } from './mappings/preview-draft.ts';
import { publishDraft } from './mappings/publish-draft.ts';
import { remapRecords } from './mappings/remap.ts';
import { resync } from './mappings/resync.ts';
import { rollBackMapping } from './mappings/roll-back.ts';
import { saveDraft } from './mappings/save-draft.ts';
import { publishMapping } from './mappings/publish-mapping.ts';
import { listDealMovements } from './deals/list-movements.ts';
import { listDeals } from './deals/list-deals.ts';
import { listStages } from './stages/list-stages.ts';
import { mapStages } from './stages/map-stages.ts';
import { changeFranchiseKeys } from './franchises/change-keys.ts';
import { listFranchiseKeys } from './franchises/list-keys.ts';
import { createTemplate } from './templates/create-template.ts';
import { getTemplate } from './templates/get-template.ts';
import { listTemplates } from './templates/list-templates.ts';
import { updateTemplate } from './templates/update-template.ts';
import { cancelMessage } from './messages/cancel-message.ts';
import { decideMessage } from './messages/decide-message.ts';
import { getMessage } from './messages/get-message.ts';
import { listMessages } from './messages/list-messages.ts';
import { listOptOuts } from './messages/list-opt-outs.ts';
import { sendMessage } from './messages/send-message.ts';
import { acknowledgeEscalation } from './escalations/acknowledge-escalation.ts';
import { getEscalation } from './escalations/get-escalation.ts';
import { listEscalations } from './escalations/list-escalations.ts';
import { resolveEscalation } from './escalations/resolve-escalation.ts';
import { takeOverEscalation } from './escalations/take-over-escalation.ts';
import { completeTask } from './tasks/complete-task.ts';
import { listTasks } from './tasks/list-tasks.ts';
import { exportCompanyAudit } from './overview/export-audit.ts';
import { exportPlatformAudit } from './overview/export-platform-audit.ts';
import { listAudit } from './overview/list-audit.ts';
import { listHealth } from './overview/list-health.ts';
import { listPlatformAudit } from './overview/list-platform-audit.ts';
import { listSummaries } from './overview/list-summaries.ts';
import { decodePayloads } from './temporal/decode-payloads.ts';
import { listCards } from './portal/list-cards.ts';
import { listNotes } from './portal/list-notes.ts';
import { writeNote } from './portal/write-note.ts';

/** Every route of the API, under `/v1`; each names its permission. */
export const routes: Route[] = [
  // companies
  createCompany,
  createFranchise,
  createPlatformUser,
  createUser,
  disableUser,
  enableUser,
  getCompany,
  getRollUp,
  linkToken,
  listCompanies,
  listPlatformUsers,
  listUsers,
  moveCompany,
  updateUser,
  // keys
  createKey,
  createPlatformKey,
  listKeys,
  listPlatformKeys,
  revokeKey,
  // grants
  createGrant,
  listGrants,
  revokeGrant,
  // erasures
  eraseCompany,
  erasePerson,
  getErasure,
  listErasures,
  // key rotation
  getRotation,
  retireKeys,
  reverseRotation,
  startRotation,
  // providers
  getProvider,
  listProviders,
  // connections
  askConsent,
  getConnection,
  listConnections,
  listSenders,
  listReconciliations,
  startOnboarding,
  updatePolicy,
  updateSettings,
  // onboarding
  cancelOnboarding,
  confirmAccess,
  confirmBaseline,
  createRecords,
  getProgress,
  launch,
  mapFields,
  testRun,
  // commands
  disconnect,
  enterManualValue,
  pause,
  reauthorize,
  resume,
  syncNow,
  // syncs
  getRun,
  listJobs,
  listRunErrors,
  listRuns,
  // failures
  getQueueItem,
  ignoreQueueItem,
  listApiCalls,
  listEvents,
  listQueue,
  readPayload,
  resolveQueueItem,
  retryQueueItem,
  // mappings
  discardDraft,
  getDraft,
  getRemap,
  listMappings,
  listSourceFields,
  previewMapping,
  publishDraft,
  remapRecords,
  resync,
  rollBackMapping,
  saveDraft,
  publishMapping,
  listStages,
  mapStages,
  // deals
  listDealMovements,
  listDeals,
  // franchises
  changeFranchiseKeys,
  listFranchiseKeys,
  // templates
  createTemplate,
  getTemplate,
  listTemplates,
  updateTemplate,
  // messages
  cancelMessage,
  decideMessage,
  getMessage,
  listMessages,
  listOptOuts,
  sendMessage,
  // escalations
  acknowledgeEscalation,
  getEscalation,
  listEscalations,
  resolveEscalation,
  takeOverEscalation,
  // tasks
  completeTask,
  listTasks,
  // overview
  exportCompanyAudit,
  exportPlatformAudit,
  listAudit,
  listHealth,
  listPlatformAudit,
  listSummaries,
  // temporal
  decodePayloads,
  // metrics
  listHeldValues,
  reviewHeldValue,
  // notes
  editNote,
  listActivity,
  listOwnNotes,
  publishNote,
  // reports
  listReports,
  publishReport,
  // portal
  listCards,
  listNotes,
  listPublishedReports,
  writeNote,
];
