/** Companies and people leave both databases, and nothing of them stays behind: looked for in every column of every table. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { companySteps } from '../../db/app/erasure/erase-company.ts';
import { personRules } from '../../db/app/erasure/person-rules.ts';
import type { PersonRule } from '../../db/erasure/person-rows.ts';
import { trafficPersonRules } from '../../db/traffic/erasure/erase-person.ts';
import { select } from '../../db/sql.ts';
import type { Person } from '../../domain/person.ts';
import { by, connectedCompany, message, openStores, pageOf, servers, type Connected, type OpenStores } from './stores.ts';

/** Tables that an erased company leaves as they are, and why. */
const kept: Record<string, string> = {
  companies: 'its row stays without name, for the audit log',
  audit_chains: 'the log stays',
  audit_log: 'the log stays; what is personal stands beside it, and is taken',
  audit_personal: 'taken entry by entry, a seal stays',
  audit_anchors: 'hashes',
  erasures: 'the receipts',
  erasure_counts: 'the receipts',
  data_keys: 'destroyed last: the rows stay without their keys',
  master_keys: 'the platform’s',
  integration_providers: 'the platform’s',
  metric_definitions: 'the platform’s',
  request_allowances: 'ends with its window',
  watch_leases: 'which process watches',
  report_metrics: 'goes with its report',
};
/** The migrations' own table. */
const migrations = 'schema_migrations';

/** Columns of text that hold nothing of a person, by why that is so. */
const impersonal = Object.entries({
  'an id of ours': `integration_anomalies.decided_by duty_rosters.changed_by admin_tasks.open_subject admin_tasks.subject audit_log.actor audit_log.subject data_keys.master_key_id
    erasures.asked_by escalations.acknowledged_by escalations.taken_over_by franchise_keys.changed_by admin_tasks.completed_by
    integration_error_queue.cause integration_error_queue.closed_by integration_error_queue.open_cause integration_error_queue.reason
    integration_replays.asked_by integration_replays.filter integration_replay_previews.asked_by integration_replay_previews.filter
    integration_field_mappings.published_by integration_mapping_drafts.saved_by integration_remaps.asked_by integration_sync_runs.workflow_id integration_tokens.lease_holder master_keys.id
    metric_snapshots.entered_by pipeline_stages.mapped_by oauth_consents.actor oauth_consents.key_id permission_grants.granted_by record_pushes.asked_by automation_runs.actor
    metric_snapshots.ended_by metric_reconciliations.handed_back_by message_fallbacks.asked_by
    portal_notes.automation_run_id portal_notes.edited_by portal_notes.published_by report_reports.published_by
    automation_runs.trigger_event schema_migrations.name request_allowances.key api_idempotency_keys.scope`,
  'a word of ours': `integration_anomalies.measure integration_anomalies.sentence integration_anomalies.subject
    integration_baselines.measure integration_baselines.samples integration_baselines.subject integration_replay_rows.why notice_channels.channel duty_members.shifts audit_log.action automation_runs.action integration_connections.purpose integration_provider_accounts.kind
    integration_providers.auth_kinds integration_providers.category integration_providers.label integration_tokens.kind
    message_opt_outs.source metric_definitions.client_meaning metric_definitions.rule metric_definitions.title metric_definitions.unit
    permission_grants.permission portal_notes.source_label report_metrics.source_label report_reports.completeness
    integration_settings.policy audit_log.detail`,
  'the provider’s own id or word': `appointments.contact_external_id appointments.external_id contacts.external_id
    deal_stage_movements.deal_external_id deal_stage_movements.external_id deal_stage_movements.from_stage
    deal_stage_movements.to_stage deals.contact_external_id deals.external_id deals.merged_into deals.owner_external_id deals.pipeline deals.stage
    contacts.merged_into deal_stage_movements.moved_by pipeline_stages.external_id pipeline_stages.pipeline_external_id record_owners.external_id record_pushes.external_id
    incident_alerts.external_id integration_accounts.external_id integration_accounts.provider_status integration_source_fields.path integration_replay_rows.external_id
    integration_provider_accounts.capabilities integration_provider_accounts.external_id integration_raw_events.event_key
    integration_raw_events.event_type integration_raw_events.traceparent integration_sync_errors.external_id integration_sync_jobs.next_cursor
    integration_tokens.scopes invoices.contact_external_id invoices.external_id invoices.number message_deliveries.error_code
    message_deliveries.external_id message_delivery_statuses.error_code messages.error_code messages.external_id
    payments.contact_external_id payments.external_id payments.invoice_external_id usage_records.category
    usage_records.external_id usage_records.unit vehicle_positions.external_id vehicle_positions.vehicle_external_id
    vehicle_positions.vehicle_name work_orders.contact_external_id work_orders.external_id work_orders.number
    integration_normalized_events.external_id integration_normalized_events.kind integration_logs.method
    integration_logs.outcome event_client_activity.kind event_client_activity.subject`,
  'the company’s own': `duty_members.time_zone notice_settings.time_zone notice_channels.host pipeline_stages.label pipeline_stages.name pipeline_stages.pipeline_label companies.name companies.time_zone appointments.time_zone franchise_keys.key_value
    integration_error_queue.waits_for integration_accounts.name integration_field_mappings.mapping integration_mapping_drafts.mapping
    integration_provider_accounts.address integration_provider_accounts.label integration_settings.settings
    message_deliveries.from_address message_fallbacks.other_from message_templates.variables api_idempotency_keys.idempotency_key`,
  'taken entry by entry, of form 1 in the log itself': 'audit_personal.body audit_log.from_address',
}).flatMap(([why, columns]) => columns.split(/\s+/).map((column) => ({ column, why })));

describe.each(servers)('An erasure on $name', ({ server }) => {
  let stores: OpenStores;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());

  const tablesOf = async (database: OpenStores['appDb']) =>
    (
      await select<{ name: string }>(
        database,
        `SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'`,
        {},
      )
    )
      .map(({ name }) => name)
      .filter((name) => name !== migrations);

  /** Every value of every row, as text: `table.column: value`, sealed ones aside. */
  async function everything(): Promise<string[]> {
    const found: string[] = [];
    for (const database of [stores.appDb, stores.trafficDb])
      for (const table of await tablesOf(database))
        for (const row of await select<Record<string, unknown>>(database, `SELECT * FROM ${table}`, {}))
          for (const [column, value] of Object.entries(row))
            if (value !== null)
              found.push(`${table}.${column}: ${Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value)}`);
    return found;
  }
  const where = async (...canaries: string[]) =>
    (await everything()).filter((text) => canaries.some((canary) => text.includes(canary))).map((text) => text.split(':')[0]!);

  const erasing = (erasureId: string) => ({ erasureId, tick: () => undefined });
  const newNumber = () => `+1415${String(2_000_000 + Math.floor(Math.random() * 7_000_000))}`;
  const personOf = (e164: string, email?: string): Person => ({
    phone: { e164, national: e164.slice(2) },
    ...(email && { email }),
  });

  async function received(at: Connected, phone: string, key: string): Promise<string> {
    const { connectionId, companyId } = at;
    const base = { connectionId, companyId, providerKey: 'twilio', source: 'webhook' as const, occurredAt: null };
    await stores.traffic.events.storeBatch([
      { ...base, key, type: 'message', receivedAt: new Date(), data: { From: phone, Body: key } },
    ]);
    return (await stores.traffic.events.idOf(connectionId, key))!;
  }
  async function applied(at: Connected, phone: string, key: string): Promise<void> {
    const id = await received(at, phone, key);
    const meaning = {
      kind: 'opt_out',
      address: phone,
      source: 'keyword',
      externalId: key,
      occurredAt: '2026-11-20T10:00:00.000Z',
    } as const;
    await stores.traffic.events.markApplied(at.connectionId, [{ id, applied: true, normalized: [meaning] }]);
  }

  /** A company in which this person has left a trace wherever there can be one. */
  async function scene(phone: string, email: string): Promise<Connected> {
    const at = await connectedCompany(stores.app, `Company ${randomBytes(4).toString('hex')}`);
    const { companyId, connectionId } = at;
    const person = await stores.app.users.create({ companyId, name: 'Pat Person', email, phone, role: 'viewer' }, by);
    await stores.app.apiKeys.create({ companyId, role: 'viewer', label: `Key of ${email}`, userId: person.id }, by);
    const to = `https://alerts.example.com/${email}`;
    const channels = [{ channel: 'slack' as const, to, secret: null }];
    for (const told of [person, at.owner])
      await stores.app.noticeSettings.save(told, { timeZone: 'UTC', quietHours: null, channels }, by);
    await stores.app.duty.save(companyId, [{ userId: at.ownerId, timeZone: 'UTC', shifts: [] }], by);
    await stores.app.users.disable(person.id, by);
    await stores.app.records.savePage({
      ...pageOf(at, [
        message('SM1', { toAddress: phone, body: 'Dear Pat' }),
        message('SM2', { fromAddress: phone, direction: 'inbound', body: `I am ${phone}` }),
        message('SM3', { body: `Call (${phone.slice(2, 5)}) ${phone.slice(5, 8)}-${phone.slice(8)}, please` }),
      ]),
      failed: [{ externalId: 'SM4', code: 'record_rejected', sentence: `The number ${phone} is not valid.` }],
    });
    const delivery = await stores.app.deliveries.create(
      {
        companyId,
        connectionId,
        templateId: null,
        variables: { name: 'Pat' },
        from: '+15550002222',
        to: phone,
        body: 'Hi Pat',
        segments: 1,
      },
      by,
    );
    await stores.app.deliveries.advance(delivery.id, 'delivered', { source: 'callback', sentence: `Taken by ${phone}` });
    const { messageFallbacks } = stores.app;
    const said = { companyId, connectionId, deliveryId: delivery.id, how: 'phoned', other: null } as const;
    const { id: about } = await messageFallbacks.ask({ ...said, to: phone, words: 'Said yes.' }, by);
    await messageFallbacks.done(about);
    const elsewhere = { companyId, connectionId, templateId: null, variables: {}, from: '+15550002222', body: 'Hi', segments: 1 };
    const { id: deliveryId } = await stores.app.deliveries.create({ ...elsewhere, to: '+15550004444' }, by);
    await stores.app.deliveries.advance(deliveryId, 'failed', { source: 'us' });
    await messageFallbacks.ask({ ...said, deliveryId, to: '+15550004444', words: `Write to ${email} instead.` }, by);
    await stores.app.optOuts.record({ connectionId, companyId, address: phone, state: 'out', source: 'keyword' });
    await stores.app.errorQueue.put({
      companyId,
      connectionId,
      kind: 'event',
      cause: '1',
      code: 'record_rejected',
      sentence: `From ${email}`,
      rawEventId: null,
    });
    await stores.app.tasks.open({
      companyId,
      connectionId,
      cause: 'message_failed',
      subject: delivery.id,
      sentence: `Call ${phone}.`,
    });
    const note = {
      connectionId,
      body: `Write to ${email}.`,
      sourceLabel: 'Twilio',
      from: '2026-11-01',
      until: '2026-11-02',
      action: 'Read.',
    };
    const pointing = { activityId: '1', automationRunId: null, state: 'published' as const };
    await stores.app.notes.create({ companyId, ...note, ...pointing }, by);
    await applied(at, phone, randomBytes(8).toString('hex'));
    const call = { connectionId, companyId, providerKey: 'twilio', at: new Date(), method: 'GET', status: 200, latencyMs: 1 };
    await stores.traffic.logs.append([{ ...call, path: `/Messages/${phone}`, outcome: 'ok', note: null }]);
    return at;
  }

  it('knows every table: it is erased with a company, or stays for a reason', async () => {
    const steps = new Set(companySteps.map(({ table }) => table));
    const names = (await tablesOf(stores.appDb)).toSorted();
    expect(names.filter((name) => !steps.has(name) && !kept[name])).toEqual([]);
    expect([...steps, ...Object.keys(kept)].filter((name) => !names.includes(name))).toEqual([]);
  });

  it('knows every column that may hold text of people', async () => {
    const known = (rules: PersonRule[]) =>
      new Set(
        rules.flatMap(({ table, addresses = {}, cleared = {}, texts = [] }) =>
          [...Object.keys(addresses), ...Object.keys(cleared), ...texts].map((column) => `${table}.${column}`),
        ),
      );
    for (const [database, rules] of [
      [stores.appDb, personRules],
      [stores.trafficDb, trafficPersonRules],
    ] as const) {
      const columns = await select<{ name: string; column: string }>(
        database,
        `SELECT TABLE_NAME AS name, COLUMN_NAME AS \`column\` FROM information_schema.COLUMNS
         WHERE TABLE_SCHEMA = DATABASE() AND DATA_TYPE IN ('varchar', 'text', 'mediumtext', 'longtext', 'json')
           AND NOT (DATA_TYPE = 'varchar' AND CHARACTER_MAXIMUM_LENGTH <= 64 AND COLLATION_NAME = 'utf8mb4_bin')`,
        {},
      );
      const covered = known(rules);
      const open = columns
        .map(({ name, column }) => `${name}.${column}`)
        .filter((column) => !covered.has(column) && !impersonal.some((each) => each.column === column));
      expect(open).toEqual([]);
    }
  });

  it('of a person takes them out of both databases, and leaves the rest', async () => {
    const [phone, other] = [newNumber(), newNumber()];
    const email = `pat.${phone.slice(1)}@example.com`;
    const at = await scene(phone, email);
    const { companyId, connectionId } = at;
    await stores.app.records.savePage(pageOf(at, [message('SM9', { toAddress: other, body: 'Stays' })]));
    const words = async () => {
      const { items } = await stores.app.deliveries.list({ connectionId, limit: 9 });
      const ways = await Promise.all(items.map((delivery) => stores.app.messageFallbacks.of(delivery.id)));
      return Promise.all(ways.map((way) => stores.app.messageFallbacks.words(way!.id)));
    };
    expect(new Set(await words())).toEqual(new Set(['Said yes.', `Write to ${email} instead.`]));
    const spoken = `(${phone.slice(2, 5)}) ${phone.slice(5, 8)}-${phone.slice(8)}`;
    const traces = new Set(await where(phone, email, spoken));
    for (const column of [
      'users.email',
      'messages.to_address',
      'message_deliveries.to_address',
      'audit_personal.body',
      'integration_logs.path',
    ])
      expect(traces).toContain(column);

    const { id } = await stores.app.erasures.askPerson({ companyId, reason: 'Request 7', person: personOf(phone, email) }, by);
    const scope = await stores.app.erasures.scope(id);
    const erase = async () => [
      await stores.traffic.erasures.erasePerson(erasing(id), scope, await stores.app.erasures.person(id)),
      await stores.app.erasures.erasePerson(erasing(id), scope),
    ];
    expect(await erase()).toEqual([{ waiting: 0 }, { underWay: [] }]);
    const counts = [await stores.app.erasures.tables(id), await stores.traffic.erasures.tables(id)];
    await erase();
    expect([await stores.app.erasures.tables(id), await stores.traffic.erasures.tables(id)]).toEqual(counts);
    await stores.app.erasures.finish(id);
    await stores.app.erasures.finish(id);

    expect(await where(phone, phone.slice(2), email, spoken, 'Dear Pat', 'Hi Pat', 'Pat Person')).toEqual([]);
    expect(
      (await stores.app.records.messages({ connectionId, limit: 10 })).items.map(({ externalId, body }) => [externalId, body]),
    ).toEqual([
      ['SM9', 'Stays'],
      ['SM3', 'Call (•••, please'],
      ['SM2', null],
      ['SM1', null],
    ]);
    expect(await words()).toEqual([null, null]);
    expect(counts[0]!.find(({ table }) => table === 'message_fallbacks')).toMatchObject({ deleted: 0, changed: 2 });
    expect(counts[0]!.find(({ table }) => table === 'messages')).toEqual({ table: 'messages', deleted: 0, changed: 3 });
    expect(counts[1]!.find(({ table }) => table === 'integration_raw_payloads')).toMatchObject({ deleted: 1 });
    expect(await stores.app.erasures.find(id)).toMatchObject({ state: 'done', kind: 'person' });
    await expect(stores.app.erasures.person(id)).rejects.toThrow('There is no person to erase');
    expect(await stores.app.audit.verify(companyId)).toMatchObject({ finding: null });
    expect((await stores.app.audit.verify(companyId)).erased).toBeGreaterThan(1);
  });

  it('of a person stays so: the provider tells the same message again, and nobody who opted out is written to', async () => {
    const phone = newNumber();
    const at = await scene(phone, `again.${phone.slice(1)}@example.com`);
    const { companyId, connectionId } = at;
    const { id } = await stores.app.erasures.askPerson({ companyId, reason: 'Request 8', person: personOf(phone) }, by);
    await stores.app.erasures.erasePerson(erasing(id), await stores.app.erasures.scope(id));
    const again = message('SM1', { toAddress: phone, body: 'Dear Pat', status: 'delivered' }, '2026-11-20T11:00:00.000Z');
    await stores.app.records.savePage(pageOf(at, [again]));
    const told = (await stores.app.records.messages({ connectionId, limit: 10 })).items.find(
      ({ externalId }) => externalId === 'SM1',
    );
    expect(told).toMatchObject({ status: 'delivered', toAddress: null, body: null });

    expect(await stores.app.optOuts.isOptedOut(connectionId, phone)).toBe(true);
    expect((await stores.app.optOuts.list({ connectionId, limit: 10 })).items).toMatchObject([
      { address: 'erased', state: 'out' },
    ]);
    await stores.app.optOuts.record({ connectionId, companyId, address: phone, state: 'in', source: 'keyword' });
    expect(await stores.app.optOuts.isOptedOut(connectionId, phone)).toBe(false);
  });

  it('of a person waits for what still needs them: a stored event, a message under way', async () => {
    const phone = newNumber();
    const at = await connectedCompany(stores.app);
    const { companyId, connectionId } = at;
    const { id } = await stores.app.erasures.askPerson({ companyId, reason: 'Request 9', person: personOf(phone) }, by);
    const eventId = await received(at, phone, 'STOP');
    const delivery = await stores.app.deliveries.create(
      { companyId, connectionId, templateId: null, variables: {}, from: '+15550002222', to: phone, body: 'Hi', segments: 1 },
      by,
    );
    const scope = await stores.app.erasures.scope(id);
    const erase = async () => [
      await stores.traffic.erasures.erasePerson(erasing(id), scope, personOf(phone)),
      await stores.app.erasures.erasePerson(erasing(id), scope),
    ];
    expect(await erase()).toEqual([{ waiting: 1 }, { underWay: [delivery.id] }]);
    expect(await stores.traffic.events.payload(eventId)).not.toBeNull();
    await stores.traffic.events.markApplied(connectionId, [{ id: eventId, applied: false, normalized: [] }]);
    await stores.app.deliveries.advance(delivery.id, 'cancelled', { source: 'person' });
    expect(await erase()).toEqual([{ waiting: 0 }, { underWay: [] }]);
    expect(await stores.traffic.events.payload(eventId)).toBeNull();
  });

  it('of a person is refused while they may sign in, or a message to them is under way', async () => {
    const phone = newNumber();
    const { companyId, connectionId, owner } = await connectedCompany(stores.app);
    const ask = (person: Person) => stores.app.erasures.askPerson({ companyId, reason: 'Request', person }, by);
    await expect(ask({ email: owner.email.toUpperCase() })).rejects.toThrow(`${owner.id} is a user with this address`);
    const delivery = await stores.app.deliveries.create(
      { companyId, connectionId, templateId: null, variables: {}, from: '+15550002222', to: phone, body: 'Hi', segments: 1 },
      by,
    );
    await expect(ask(personOf(phone))).rejects.toThrow(`cancel or decide ${delivery.id} first`);
  });

  it('of a company is refused while it is connected, or has companies below it', async () => {
    const { companyId, connectionId } = await connectedCompany(stores.app);
    const child = await stores.app.companies.create({ name: 'Branch', timeZone: 'UTC', parentCompanyId: companyId }, by);
    const ask = () => stores.app.erasures.askCompany({ companyId, reason: 'Contract ended' }, by);
    await expect(ask()).rejects.toThrow(`move or erase ${child.id} first`);
    await stores.app.companies.move(child.id, null, by);
    await expect(ask()).rejects.toThrow(`disconnect ${connectionId} first`);
  });

  it('of a company leaves its audit log without names, and nothing else', async () => {
    const phone = newNumber();
    const email = `gone.${phone.slice(1)}@example.com`;
    const neighbour = await scene(newNumber(), 'neighbour@example.com');
    const at = await scene(phone, email);
    const { companyId, connectionId, company } = at;
    await stores.app.credentials.stage({ companyId, connectionId, kind: 'basic', values: { authToken: 'secret' } }, by);
    const { key } = await stores.app.apiKeys.create({ companyId, role: 'company_admin', label: 'Admin' }, by);
    await stores.app.connections.setState(connectionId, 'disconnected', 'Contract ended', 'test');
    const before = await rowsOf(neighbour);

    const { id } = await stores.app.erasures.askCompany({ companyId, reason: 'Contract ended' }, by);
    expect(await stores.app.apiKeys.authenticate(key)).toEqual({ refused: 'revoked' });
    await expect(stores.app.erasures.askCompany({ companyId, reason: 'Again' }, by)).rejects.toThrow('is being erased, or was');
    await expect(stores.app.companies.create({ name: 'Under', timeZone: 'UTC', parentCompanyId: companyId }, by)).rejects.toThrow(
      'nothing can stand under it',
    );
    const scope = await stores.app.erasures.scope(id);
    for (const _ of [1, 2]) {
      await stores.traffic.erasures.eraseCompany(erasing(id), scope);
      await stores.app.erasures.eraseCompany(erasing(id), scope);
    }
    await stores.app.erasures.finish(id);

    const left = await where(phone, phone.slice(2), email, company.name, connectionId, 'Contract ended');
    // What is done to a connection stays in the log by the connection's id, and the receipt says why.
    expect(new Set(left)).toEqual(new Set(['audit_log.subject', 'audit_log.detail', 'erasures.reason']));
    const parts = await select<{ body: string }>(stores.appDb, 'SELECT body FROM audit_personal WHERE chain = :companyId', {
      companyId,
    });
    expect(new Set(parts.map(({ body }) => body))).toEqual(new Set(['{}']));
    expect(await stores.app.companies.find(companyId)).toMatchObject({ name: 'Erased company', parentCompanyId: null });
    const keys = await select(stores.appDb, 'SELECT 1 AS found FROM data_keys WHERE scope = :companyId AND wrapped IS NOT NULL', {
      companyId,
    });
    expect(keys).toEqual([]);
    const verified = await stores.app.audit.verify(companyId);
    expect(verified).toMatchObject({ finding: null });
    expect(verified.erased).toBeGreaterThan(3);
    expect((await stores.app.audit.list({ companyId, limit: 1 })).items[0]).toMatchObject({
      action: 'erasure.company',
      outcome: 'done',
    });
    expect(await rowsOf(neighbour)).toEqual(before);
  });

  it('of a company that was broken off goes on, and counts each row once', async () => {
    const at = await scene(newNumber(), 'broken.off@example.com');
    const { companyId, connectionId } = at;
    await stores.app.connections.setState(connectionId, 'disconnected', 'Ended', 'test');
    const before = await rowsOf(at);
    const { id } = await stores.app.erasures.askCompany({ companyId, reason: 'Ended' }, by);
    const scope = await stores.app.erasures.scope(id);
    let ticks = 0;
    /** Dies at every seventh transaction. */
    const dying = {
      erasureId: id,
      tick() {
        ticks += 1;
        if (ticks % 7 === 0) throw new Error('killed');
      },
    };
    let deaths = 0;
    for (const erase of [stores.traffic.erasures.eraseCompany, stores.app.erasures.eraseCompany])
      for (let isThrough = false, from = 0; !isThrough; from += 1) {
        // Every attempt begins anew, and gets further because less is left; without deaths in the end.
        isThrough = await erase(from < 20 ? dying : erasing(id), scope).then(
          () => true,
          () => false,
        );
        if (!isThrough) deaths += 1;
      }
    expect(deaths).toBeGreaterThan(3);
    const tables = [...(await stores.app.erasures.tables(id)), ...(await stores.traffic.erasures.tables(id))];
    for (const [table, column] of [
      ['messages', 'connection_id'],
      ['message_deliveries', 'connection_id'],
      ['users', 'company_id'],
      ['integration_raw_events', 'connection_id'],
      ['integration_logs', 'connection_id'],
    ])
      expect(tables).toContainEqual({ table, deleted: before[`${table}.${column}`], changed: 0 });
  });

  /** How many rows of each table are a company's, or its connection's. */
  async function rowsOf({ companyId, connectionId }: Connected): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const text of await everything())
      if ([companyId, connectionId].some((id) => text.endsWith(`: "${id}"`))) {
        const column = text.split(':')[0]!;
        counts[column] = (counts[column] ?? 0) + 1;
      }
    return counts;
  }
});
