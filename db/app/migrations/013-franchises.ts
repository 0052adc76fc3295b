import { addColumn, addKey, ddl, dropKey, type Migration } from '../../ddl.ts';

/** One connection for several companies: whose its records are, and what share of its metrics each has. */
export const franchises: Migration = {
  name: '013-franchises',
  statements: [
    `CREATE TABLE IF NOT EXISTS franchise_keys (
      id ${ddl.id} NOT NULL COMMENT 'What the audit log names, because a value may be a phone number',
      connection_id ${ddl.id} NOT NULL,
      key_value ${ddl.foreign} NOT NULL COMMENT 'What a record says where its mapping looks for the franchise',
      company_id ${ddl.id} NULL COMMENT 'NULL once the key was taken away',
      changed_by VARCHAR(64) NOT NULL,
      changed_at ${ddl.time} NOT NULL,
      PRIMARY KEY (id),
      UNIQUE KEY franchise_keys_value (connection_id, key_value) COMMENT 'Every page: whose its records are',
      KEY franchise_keys_by_company (company_id, connection_id) COMMENT 'Roll-ups: which shared connections feed a company',
      CONSTRAINT franchise_keys_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id),
      CONSTRAINT franchise_keys_company FOREIGN KEY (company_id) REFERENCES companies (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS metric_shares (
      connection_id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      metric_key ${ddl.key} NOT NULL,
      value ${ddl.money} NOT NULL COMMENT 'Of the company''s own records; as of the connection''s newest snapshot of the metric',
      baseline_value ${ddl.money} NOT NULL COMMENT 'The first value',
      baseline_at ${ddl.time} NOT NULL,
      PRIMARY KEY (connection_id, company_id, metric_key),
      KEY metric_shares_by_company (company_id, connection_id, metric_key, value) COMMENT 'Roll-ups and the cards of a franchise',
      CONSTRAINT metric_shares_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id),
      CONSTRAINT metric_shares_company FOREIGN KEY (company_id) REFERENCES companies (id),
      CONSTRAINT metric_shares_metric FOREIGN KEY (metric_key) REFERENCES metric_definitions (metric_key)
    ) ${ddl.options}`,

    // Metrics over a period, each company's share too, from the index alone. It does what messages_by_time did.
    ...addKey('messages', 'messages_by_share', 'connection_id, direction, occurred_at, status, company_id'),
    ...dropKey('messages', 'messages_by_time'),

    ...addColumn(
      'integration_error_queue',
      'waits_for',
      `${ddl.foreign} NULL COMMENT 'The franchise key without which it cannot be applied; whoever adds the key retries all that wait for it'`,
    ),
    ...addKey('integration_error_queue', 'integration_error_queue_waiting', 'connection_id, waits_for, open_cause'),
  ],
};
