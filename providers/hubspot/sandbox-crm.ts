/** What one HubSpot account holds: its records, what its stages are called, and what its apps are still to be told. */
import { randomInt } from 'node:crypto';
import { SandboxRecords, type SandboxRecord } from './sandbox-records.ts';
import type { SandboxWorld } from './sandbox-state.ts';

export const objectTypes = ['deals', 'contacts'] as const;
export type SandboxObject = (typeof objectTypes)[number];

export interface SandboxStage {
  id: string;
  label: string;
  probability: number;
  isClosed: boolean;
}
export interface SandboxPipeline {
  id: string;
  label: string;
  stages: SandboxStage[];
}
export interface SandboxCrm {
  portalId: number;
  deals: SandboxRecords;
  contacts: SandboxRecords;
  pipelines: SandboxPipeline[];
  owners: { id: string; email: string; firstName: string; lastName: string; archived: boolean }[];
  nextId: number;
  /** Events that no webhook told yet, oldest first. */
  untold: Record<string, unknown>[];
  /** Calls that are refused with this policy before any is answered again. */
  refusals: { policyName: string; times: number; retryAfterS?: number | undefined } | null;
}

/** The pipeline that every account begins with. https://knowledge.hubspot.com/object-settings/set-up-and-customize-pipelines */
const salesPipeline: SandboxPipeline = {
  id: 'default',
  label: 'Sales Pipeline',
  stages: [
    { id: 'appointmentscheduled', label: 'Appointment Scheduled', probability: 0.2, isClosed: false },
    { id: 'qualifiedtobuy', label: 'Qualified To Buy', probability: 0.4, isClosed: false },
    { id: 'presentationscheduled', label: 'Presentation Scheduled', probability: 0.6, isClosed: false },
    { id: 'decisionmakerboughtin', label: 'Decision Maker Bought-In', probability: 0.8, isClosed: false },
    { id: 'contractsent', label: 'Contract Sent', probability: 0.9, isClosed: false },
    { id: 'closedwon', label: 'Closed Won', probability: 1, isClosed: true },
    { id: 'closedlost', label: 'Closed Lost', probability: 0, isClosed: true },
  ],
};
/** One that was made later: its stages have numbers. */
const renewals: SandboxPipeline = {
  id: '7654321',
  label: 'Renewals',
  stages: [
    { id: '98001', label: 'Due', probability: 0.5, isClosed: false },
    { id: '98002', label: 'Renewed', probability: 1, isClosed: true },
    { id: '98003', label: 'Not renewed', probability: 0, isClosed: true },
  ],
};

export function crmOf(world: SandboxWorld, portalId: number): SandboxCrm {
  const known = world.crms.get(portalId);
  if (known) return known;
  const crm: SandboxCrm = {
    portalId,
    deals: new SandboxRecords(),
    contacts: new SandboxRecords(),
    pipelines: [salesPipeline, renewals],
    owners: [{ id: '41629779', email: 'sam@example.com', firstName: 'Sam', lastName: 'Rivera', archived: false }],
    nextId: 10_001,
    untold: [],
    refusals: null,
  };
  world.crms.set(portalId, crm);
  return crm;
}

/** Keeps an event, as the app's subscriptions would tell it. */
export function tell({ untold, portalId }: SandboxCrm, event: Record<string, unknown>): void {
  untold.push({
    eventId: randomInt(1, 2 ** 40),
    subscriptionId: 2_711_001,
    portalId,
    appId: 311_001,
    occurredAt: Date.now(),
    attemptNumber: 0,
    changeSource: 'CRM_UI',
    ...event,
  });
  if (untold.length > 10_000) untold.shift();
}

export function newRecord(crm: SandboxCrm, object: SandboxObject, given: Partial<SandboxRecord>): SandboxRecord {
  const createdAtMs = given.createdAtMs ?? Date.now();
  const record: SandboxRecord = {
    id: crm.nextId,
    createdAtMs,
    modifiedAtMs: createdAtMs,
    archivedAtMs: null,
    mergedInto: null,
    properties: {},
    stages: [],
    contacts: [],
    ...given,
  };
  crm.nextId += 1;
  const { dealstage } = record.properties;
  if (object === 'deals' && dealstage && record.stages.length === 0)
    record.stages.push({ value: dealstage, atMs: createdAtMs, userId: null });
  return record;
}

/** Sets properties as a person or program does: the time of change moves, and a stage that changes goes into the history. */
export function setProperties(
  records: SandboxRecords,
  record: SandboxRecord,
  { properties, atMs = Date.now(), userId = null }: { properties: Record<string, string>; atMs?: number; userId?: number | null },
): void {
  records.change(record, () => {
    const { dealstage } = properties;
    if (dealstage !== undefined && dealstage !== record.properties['dealstage'])
      record.stages.push({ value: dealstage, atMs, userId });
    record.properties = { ...record.properties, ...properties };
    record.modifiedAtMs = Math.max(atMs, record.modifiedAtMs);
  });
}

/**
 * As HubSpot merges: neither stays, and a new record has the values of the first and both histories.
 * https://developers.hubspot.com/changelog/announcement-deals-now-support-merging
 */
export function merge(crm: SandboxCrm, object: SandboxObject, primaryId: number, mergedId: number): SandboxRecord {
  const records = crm[object];
  const [primary, merged] = [records.get(primaryId), records.get(mergedId)];
  const atMs = Date.now();
  const made = newRecord(crm, object, {
    createdAtMs: Math.min(primary.createdAtMs, merged.createdAtMs),
    modifiedAtMs: atMs,
    properties: { ...merged.properties, ...primary.properties, hs_merged_object_ids: mergedIds(primary, merged).join(';') },
    stages: [
      ...[...primary.stages, ...merged.stages].toSorted((a, b) => a.atMs - b.atMs),
      ...primary.stages.slice(-1).map(({ value }) => ({ value, atMs, userId: null })),
    ],
    contacts: [...new Set([...primary.contacts, ...merged.contacts])],
  });
  for (const record of [primary, merged]) records.change(record, () => (record.mergedInto = made.id));
  records.addAll([made]);
  return made;
}

/** With those that either had taken in before. */
function mergedIds(...records: SandboxRecord[]): string[] {
  return records.flatMap(({ id, properties }) => [...(properties['hs_merged_object_ids']?.split(';') ?? []), String(id)]);
}
