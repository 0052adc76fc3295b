import { ddl, type Migration } from '../../ddl.ts';

/** What each canonical row says of its origin. High volume, so the key is a number and only the connection is a foreign key. */
const origin = `
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
      connection_id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      external_id ${ddl.foreign} NOT NULL COMMENT 'The provider''s id of the record',
      source_updated_at ${ddl.time} NULL COMMENT 'The provider''s time of this version; NULL while only events have told of the record',
      mapping_version INT UNSIGNED NULL COMMENT 'Mapping set that made the row; NULL when an event made it',
      run_id ${ddl.id} NULL COMMENT 'Run that wrote this version',
      raw_event_id BIGINT UNSIGNED NULL COMMENT 'integration_raw_events.id in the traffic database that wrote this version',
      content_hash BINARY(32) NOT NULL COMMENT 'SHA-256 of the mapped fields: an equal record is not written again; zeros after an event',
      created_at ${ddl.created},
      updated_at ${ddl.updated},`;

function record(name: string, columns: string, keys = ''): string {
  return `CREATE TABLE IF NOT EXISTS ${name} (${origin}
      ${columns},
      PRIMARY KEY (id),
      UNIQUE KEY ${name}_source (connection_id, external_id) COMMENT 'Every page: which rows are there, and are they equal',${keys}
      CONSTRAINT ${name}_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id)
    ) ${ddl.options}`;
}

const contactRef = `contact_external_id ${ddl.foreign} NULL COMMENT 'contacts.external_id of the same connection'`;
const money = `amount ${ddl.money} NULL, currency CHAR(3) NULL COMMENT 'ISO 4217'`;

/** Canonical business records. */
export const records: Migration = {
  name: '005-records',
  statements: [
    record(
      'messages',
      `direction ENUM('inbound','outbound') NOT NULL,
      from_address VARCHAR(64) NULL,
      to_address VARCHAR(64) NULL,
      body TEXT NULL,
      status ENUM('accepted','sent','delivered','read','undelivered','failed','received','cancelled') NOT NULL,
      status_rank TINYINT UNSIGNED NOT NULL COMMENT 'Order of the status: a lower one never replaces a higher',
      segments SMALLINT UNSIGNED NULL,
      error_code VARCHAR(64) NULL,
      price ${ddl.money} NULL,
      currency CHAR(3) NULL COMMENT 'ISO 4217',
      sent_at ${ddl.time} NULL,
      occurred_at ${ddl.time} NOT NULL COMMENT 'sent_at, or else the earliest time that is known: the time that metrics count by'`,
      `
      KEY messages_by_time (connection_id, direction, occurred_at, status) COMMENT 'Metrics over a period, from the index alone',
      KEY messages_by_connection (connection_id, id),`,
    ),
    record(
      'usage_records',
      `category VARCHAR(100) NOT NULL,
      day DATE NOT NULL COMMENT 'In the provider''s day',
      quantity ${ddl.money} NOT NULL,
      unit VARCHAR(64) NOT NULL,
      price ${ddl.money} NULL,
      currency CHAR(3) NULL COMMENT 'ISO 4217'`,
      `
      KEY usage_records_by_day (connection_id, day),`,
    ),
    record(
      'contacts',
      `name VARCHAR(255) NULL, email VARCHAR(254) NULL, phone VARCHAR(20) NULL COMMENT 'E.164', organisation VARCHAR(255) NULL`,
    ),
    record(
      'deals',
      `title VARCHAR(255) NOT NULL, ${contactRef}, pipeline VARCHAR(100) NULL,
      stage VARCHAR(100) NOT NULL COMMENT 'Mapped to our own stage names',
      status ENUM('open','won','lost') NOT NULL, ${money}, expected_close_on DATE NULL, closed_at ${ddl.time} NULL`,
      `
      KEY deals_by_stage (connection_id, status, stage),`,
    ),
    record(
      'deal_stage_movements',
      `deal_external_id ${ddl.foreign} NOT NULL COMMENT 'deals.external_id of the same connection',
      from_stage VARCHAR(100) NULL COMMENT 'NULL for the first stage', to_stage VARCHAR(100) NOT NULL, moved_at ${ddl.time} NOT NULL`,
      `
      KEY deal_stage_movements_by_deal (connection_id, deal_external_id, moved_at),`,
    ),
    record(
      'work_orders',
      `number VARCHAR(64) NULL COMMENT 'As the customer knows it', title VARCHAR(255) NOT NULL, ${contactRef},
      status ENUM('planned','scheduled','in_progress','done','cancelled') NOT NULL,
      scheduled_at ${ddl.time} NULL, done_at ${ddl.time} NULL, ${money}`,
      `
      KEY work_orders_by_status (connection_id, status, scheduled_at),`,
    ),
    record(
      'invoices',
      `number VARCHAR(64) NULL COMMENT 'As printed', ${contactRef},
      status ENUM('draft','open','paid','overdue','void') NOT NULL, issued_on DATE NULL, due_on DATE NULL,
      ${money}, amount_due ${ddl.money} NULL COMMENT 'Still unpaid, in the same currency'`,
      `
      KEY invoices_by_status (connection_id, status, due_on),`,
    ),
    record(
      'payments',
      `invoice_external_id ${ddl.foreign} NULL COMMENT 'invoices.external_id of the same connection', ${contactRef},
      status ENUM('pending','succeeded','failed','refunded') NOT NULL, ${money},
      fee ${ddl.money} NULL COMMENT 'Kept by the provider, in the same currency', paid_at ${ddl.time} NULL`,
      `
      KEY payments_by_time (connection_id, status, paid_at),`,
    ),
    record(
      'appointments',
      `title VARCHAR(255) NOT NULL, ${contactRef}, status ENUM('tentative','confirmed','cancelled','done') NOT NULL,
      starts_at ${ddl.time} NOT NULL, ends_at ${ddl.time} NULL, time_zone VARCHAR(64) NULL COMMENT 'IANA name', location VARCHAR(255) NULL`,
      `
      KEY appointments_by_time (connection_id, starts_at),`,
    ),
    record(
      'vehicle_positions',
      `vehicle_external_id ${ddl.foreign} NOT NULL, vehicle_name VARCHAR(255) NULL,
      latitude DECIMAL(9,6) NOT NULL COMMENT 'Degrees, WGS 84', longitude DECIMAL(9,6) NOT NULL COMMENT 'Degrees, WGS 84',
      speed_kmh DECIMAL(6,2) NULL, heading_degrees SMALLINT UNSIGNED NULL COMMENT 'Clockwise from north', measured_at ${ddl.time} NOT NULL`,
      `
      KEY vehicle_positions_by_vehicle (connection_id, vehicle_external_id, measured_at),`,
    ),
  ],
};
