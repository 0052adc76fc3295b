import type { Route } from '../route.ts';
import { decideAnomaly } from './anomalies/decide-anomaly.ts';
import { listAnomalies } from './anomalies/list-anomalies.ts';
import { listCompanyAnomalies } from './anomalies/list-company-anomalies.ts';
import { createCompany } from './companies/create-company.ts';
import { createFranchise } from './companies/create-franchise.ts';
import { createPlatformUser } from './companies/create-platform-user.ts';
import { createUser } from './companies/create-user.ts';
import { getRollUp } from './companies/get-roll-up.ts';
import { disableUser } from './companies/disable-user.ts';
import { enableUser } from './companies/enable-user.ts';
import { getCompany } from './companies/get-company.ts';
import { createSignInLink } from './companies/create-sign-in-link.ts';
import { linkToken } from './companies/link-token.ts';
import { listCompanies } from './companies/list-companies.ts';
import { listPlatformUsers } from './companies/list-platform-users.ts';
import { listUsers } from './companies/list-users.ts';
import { moveCompany } from './companies/move-company.ts';
import { updateUser } from './companies/update-user.ts';
import { getDuty } from './duty/get-duty.ts';
import { getPlatformDuty } from './duty/get-platform-duty.ts';
import { saveDuty } from './duty/save-duty.ts';
import { savePlatformDuty } from './duty/save-platform-duty.ts';
import { getNotices } from './notices/get-notices.ts';
import { saveNotices } from './notices/save-notices.ts';
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
import { cancelPush } from './pushes/cancel-push.ts';
import { getPush } from './pushes/get-push.ts';
import { listPushes } from './pushes/list-pushes.ts';
import { retryOnePush } from './pushes/retry-push.ts';
import { listProviders } from './providers/list-providers.ts';
import { askConsent } from './connections/ask-consent.ts';
import { getConnection } from './connections/get-connection.ts';
import { getStory } from './connections/get-story.ts';
import { listConnections } from './connections/list-connections.ts';
import { listReconciliations } from './connections/list-reconciliations.ts';
import { listCredentials } from './connections/list-credentials.ts';
import { listSenders } from './connections/list-senders.ts';
import { startOnboarding } from './connections/start-onboarding.ts';
import { updateConnection } from './connections/update-connection.ts';
import { updatePolicy } from './connections/update-policy.ts';
import { updateSettings } from './connections/update-settings.ts';
import { cancelOnboarding } from './onboarding/cancel-onboarding.ts';
import { confirmAccess } from './onboarding/confirm-access.ts';
import { confirmBaseline } from './onboarding/confirm-baseline.ts';
import { createRecords } from './onboarding/create-records.ts';
import { followProgress } from './onboarding/follow-progress.ts';
import { getProgress } from './onboarding/get-progress.ts';
import { listFirstCards } from './onboarding/list-first-cards.ts';
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
import { listManualValues } from './metrics/list-manual-values.ts';
import { listHeldValues } from './metrics/list-held-values.ts';
import { reviewHeldValue } from './metrics/review-held-value.ts';
import { enterManualValue } from './commands/enter-manual-value.ts';
import { handBackManualValues } from './commands/hand-back-manual-values.ts';
import { pause } from './commands/pause.ts';
import { reauthorize } from './commands/reauthorize.ts';
import { resume } from './commands/resume.ts';
import { syncNow } from './commands/sync-now.ts';
import { getRun } from './syncs/get-run.ts';
import { listJobs } from './syncs/list-jobs.ts';
import { listRunErrors } from './syncs/list-run-errors.ts';
import { listRunDays } from './syncs/list-run-days.ts';
import { listRuns } from './syncs/list-runs.ts';
import { getQueueItem } from './failures/get-queue-item.ts';
import { ignoreQueueItems, resolveQueueItems } from './failures/close-many.ts';
import { getQueuePreview } from './failures/get-preview.ts';
import { getQueueReplay } from './failures/get-replay.ts';
import { listQueueReplays } from './failures/list-replays.ts';
import { previewQueueReplay } from './failures/preview-replay.ts';
import { startQueueReplay } from './failures/start-replay.ts';
import { ignoreQueueItem } from './failures/ignore-queue-item.ts';
import { listApiCalls } from './failures/list-api-calls.ts';
import { listEvents } from './failures/list-events.ts';
import { listQueueGroups } from './failures/list-groups.ts';
import { listQueue } from './failures/list-queue.ts';
import { reopenQueueItems } from './failures/reopen-many.ts';
import { reopenQueueItem } from './failures/reopen-queue-item.ts';
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
import { changeDeal } from './deals/change-deal.ts';
import { listDeals } from './deals/list-deals.ts';
import { listStages } from './stages/list-stages.ts';
import { mapStages } from './stages/map-stages.ts';
import { changeFranchiseKeys } from './franchises/change-keys.ts';
import { listFranchiseKeys } from './franchises/list-keys.ts';
import { endSession } from './session/end-session.ts';
import { endSessions } from './session/end-sessions.ts';
import { getSession } from './session/get-session.ts';
import { setPassword } from './session/set-password.ts';
import { createTemplate } from './templates/create-template.ts';
import { getTemplate } from './templates/get-template.ts';
import { listTemplates } from './templates/list-templates.ts';
import { previewTemplate } from './templates/preview-template.ts';
import { updateTemplate } from './templates/update-template.ts';
import { cancelMessage } from './messages/cancel-message.ts';
import { decideMessage } from './messages/decide-message.ts';
import { fallBackMessage } from './messages/fall-back.ts';
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
import { verifyAudit } from './overview/verify-audit.ts';
import { verifyPlatformAudit } from './overview/verify-platform-audit.ts';
import { listAudit } from './overview/list-audit.ts';
import { getRates } from './overview/get-rates.ts';
import { listHealth } from './overview/list-health.ts';
import { listPlatformAudit } from './overview/list-platform-audit.ts';
import { listSummaries } from './overview/list-summaries.ts';
import { decodePayloads } from './temporal/decode-payloads.ts';
import { createPortalLink } from './portal/create-link.ts';
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
  createSignInLink,
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
  listCredentials,
  getStory,
  listReconciliations,
  startOnboarding,
  updateConnection,
  updatePolicy,
  updateSettings,
  // onboarding
  cancelOnboarding,
  confirmAccess,
  confirmBaseline,
  createRecords,
  getProgress,
  followProgress,
  launch,
  listFirstCards,
  mapFields,
  testRun,
  // commands
  disconnect,
  enterManualValue,
  handBackManualValues,
  pause,
  reauthorize,
  resume,
  syncNow,
  // syncs
  getRun,
  listJobs,
  listRunErrors,
  listRuns,
  listRunDays,
  // failures
  getQueueItem,
  getQueuePreview,
  getQueueReplay,
  ignoreQueueItem,
  ignoreQueueItems,
  listApiCalls,
  listEvents,
  listQueue,
  listQueueGroups,
  listQueueReplays,
  previewQueueReplay,
  readPayload,
  reopenQueueItem,
  reopenQueueItems,
  resolveQueueItem,
  resolveQueueItems,
  retryQueueItem,
  startQueueReplay,
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
  changeDeal,
  listDealMovements,
  listDeals,
  // pushes
  cancelPush,
  getPush,
  listPushes,
  retryOnePush,
  // franchises
  changeFranchiseKeys,
  listFranchiseKeys,
  // templates
  createTemplate,
  getTemplate,
  listTemplates,
  previewTemplate,
  updateTemplate,
  // messages
  cancelMessage,
  decideMessage,
  fallBackMessage,
  getMessage,
  listMessages,
  listOptOuts,
  sendMessage,
  // who is told, and how
  getDuty,
  getNotices,
  getPlatformDuty,
  saveDuty,
  saveNotices,
  savePlatformDuty,
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
  verifyAudit,
  listHealth,
  getRates,
  listPlatformAudit,
  verifyPlatformAudit,
  listSummaries,
  // temporal
  decodePayloads,
  // metrics
  listHeldValues,
  listManualValues,
  reviewHeldValue,
  // anomalies
  decideAnomaly,
  listAnomalies,
  listCompanyAnomalies,
  // notes
  editNote,
  listActivity,
  listOwnNotes,
  publishNote,
  // reports
  listReports,
  publishReport,
  // session
  endSession,
  endSessions,
  getSession,
  setPassword,
  // portal
  createPortalLink,
  listCards,
  listNotes,
  listPublishedReports,
  writeNote,
];
