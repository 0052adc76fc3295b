/** For each activity, what its answer tells; `null` where it is a step that has no outcome of its own. One place, so that none is forgotten. */
import type { Activities } from '../activities/index.ts';
import type { Outcome } from '../domain/outcome.ts';

type Input<Name extends keyof Activities> = Parameters<Activities[Name]>[0];
type Answer<Name extends keyof Activities> = Awaited<ReturnType<Activities[Name]>>;
type Tells<Name extends keyof Activities> = (input: Input<Name>, answer: Answer<Name>) => Outcome | null;

const step = (event: 'onboarding' | 'state' | 'credentials', outcome: string) => (): Outcome => ({ event, outcome });

export const outcomesOf: { [Name in keyof Activities]: Tells<Name> | null } = {
  confirmAccess: step('onboarding', 'access_confirmed'),
  createRecords: step('onboarding', 'records_created'),
  prepareMappings: step('onboarding', 'mappings_prepared'),
  listJobs: null,
  writeBaseline: step('onboarding', 'baseline_written'),
  launchConnection: step('onboarding', 'launched'),
  recordStep: null,
  undoOnboarding: step('onboarding', 'undone'),

  changeState: ({ state }) => ({ event: 'state', outcome: state }),
  disconnectConnection: step('state', 'disconnected'),
  requestRuns: null,
  useCredentials: step('credentials', 'in_force'),
  useManualValue: () => ({ event: 'manual_value', outcome: 'shown' }),
  handBackManualValues: () => ({ event: 'manual_value', outcome: 'handed_back' }),
  endManualValues: (_, { ended }) => ({ event: 'manual_value', outcome: 'ended', counts: { ended } }),
  openIncident: ({ cause }, { incidentId }) => ({ event: 'incident', outcome: 'open', incidentId, code: cause }),
  wakeEvents: null,

  openRun: (_, { opened }) => (opened ? null : { event: 'run', outcome: 'skipped' }),
  pullPages: null,
  closeRun: (_, { runId, outcome, code, counts, durationMs }) => ({
    event: 'run',
    outcome,
    runId,
    ...(code && { code }),
    counts: { ...counts },
    durationMs,
  }),
  fetchSample: null,
  remapEvents: null,
  closeRemap: ({ remapId, outcome }) => ({ event: 'remap', outcome, remapId }),

  drainStoredEvents: null,
  retryDue: (_, { tried }) => (tried > 0 ? { event: 'retry', outcome: 'tried', counts: { tried } } : null),
  replayItems: null,
  closeReplay: ({ replayId, outcome }) => ({ event: 'replay', outcome, replayId }),
  previewReplay: null,
  sendPushes: (_, { done }) => (done > 0 ? { event: 'push', outcome: 'done', counts: { done } } : null),
  sendDelivery: (_, answer) => ({ event: 'delivery', outcome: 'status' in answer ? answer.status : answer.next }),
  pollDelivery: null,
  holdDelivery: (_, { status }) => ({ event: 'delivery', outcome: status }),
  closeDeliveryQuestion: null,
  applyDeliveryDecision: (_, { status }) => ({ event: 'delivery', outcome: status }),
  applyFallback: (_, { status }) => ({ event: 'delivery', outcome: status }),
  withdrawDelivery: (_, { status }) => ({ event: 'delivery', outcome: status }),
  openDeliveryTask: null,

  notifyPeople: ({ rung }, { told, quietForMs }) => ({
    event: 'notice',
    outcome: told > 0 ? 'told' : quietForMs ? 'quiet_hours' : 'nobody_told',
    rung: rung.position,
    counts: { told },
  }),
  tellFurther: ({ kind }, { told, quietForMs }) =>
    told > 0 || !quietForMs ? { event: 'notice', outcome: kind, counts: { told } } : null,
  giveUpNotices: ({ rung }) => ({ event: 'notice', outcome: 'given_up', rung: rung.position }),
  recordIncidentAnswer: ({ answer }) => ({ event: 'incident', outcome: answer }),
  closeIncident: ({ outcome }) => ({ event: 'incident', outcome }),

  beginRotation: () => ({ event: 'rotation', outcome: 'begun' }),
  changeKeys: (_, { changed, isThrough }) =>
    isThrough ? { event: 'rotation', outcome: 'keys_changed', counts: { changed } } : null,
  resealValues: null,
  countOld: (_, { values, keys }) => ({ event: 'rotation', outcome: 'resealed', counts: { oldValues: values, oldKeys: keys } }),
  retireKeys: (_, { retired }) => ({ event: 'rotation', outcome: 'retired', counts: { retired } }),

  readErasureScope: null,
  endCompanyWorkflows: null,
  eraseTraffic: null,
  eraseApp: null,
  finishErasure: () => ({ event: 'erasure', outcome: 'finished' }),

  takePeriodValues: null,
  openReports: null,
  buildReport: (_, { reportId, created, lines }) =>
    reportId === null ? null : { event: 'report', outcome: created ? 'made' : 'was_there', reportId, counts: { lines } },
  actOnReport: ({ reportId }, { met }) => ({ event: 'report', outcome: 'acted', reportId, counts: { met } }),

  repairDrift: (_, { report: { connections, deliveries, repairs, troubles }, progress }) =>
    progress
      ? null
      : {
          event: 'reconcile',
          outcome: troubles > 0 ? 'needs_people' : 'in_line',
          counts: { connections, deliveries, troubles, ...repairs },
        },
};
