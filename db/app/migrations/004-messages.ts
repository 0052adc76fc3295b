import { ddl, type Migration } from '../../ddl.ts';

const statuses = `ENUM('queued','sending','ambiguous','accepted','sent','delivered','read','undelivered','failed','blocked','cancelled')`;

/** What we send: templates, deliveries with their history, opt-outs and pacing; and what automations did. */
export const messages: Migration = {
  name: '004-messages',
  statements: [
    `CREATE TABLE IF NOT EXISTS message_templates (
      id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      name VARCHAR(200) NOT NULL,
      channel ENUM('sms') NOT NULL,
      body TEXT NOT NULL COMMENT 'With {{name}} placeholders',
      variables JSON NOT NULL COMMENT 'List of declared placeholder names',
      version INT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'Counts changes',
      created_at ${ddl.created},
      updated_at ${ddl.updated},
      PRIMARY KEY (id),
      KEY message_templates_by_company (company_id, id),
      CONSTRAINT message_templates_company FOREIGN KEY (company_id) REFERENCES companies (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS message_deliveries (
      id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NOT NULL,
      template_id ${ddl.id} NULL,
      variables JSON NOT NULL COMMENT 'Values that filled the template',
      from_address VARCHAR(64) NOT NULL COMMENT 'Sender, E.164 or the provider''s id of one',
      to_address VARCHAR(64) NOT NULL COMMENT 'E.164',
      body TEXT NOT NULL,
      segments SMALLINT UNSIGNED NOT NULL COMMENT 'Parts that the carrier counts',
      status ${statuses} NOT NULL COMMENT 'Moves up only; sending is written before the request goes out',
      external_id ${ddl.foreign} NULL COMMENT 'The provider''s id of the message',
      error_code VARCHAR(64) NULL COMMENT 'The provider''s own code',
      sentence VARCHAR(500) NULL COMMENT 'What went wrong, for a person',
      attempts INT UNSIGNED NOT NULL DEFAULT 0,
      attempted_at ${ddl.time} NULL COMMENT 'When the first request that may have gone out was made; a look at the provider starts here',
      created_at ${ddl.created},
      updated_at ${ddl.updated},
      PRIMARY KEY (id),
      UNIQUE KEY message_deliveries_external (connection_id, external_id) COMMENT 'One message at the provider is one delivery; status callbacks',
      KEY message_deliveries_by_company (company_id, id),
      KEY message_deliveries_by_connection (connection_id, id),
      CONSTRAINT message_deliveries_company FOREIGN KEY (company_id) REFERENCES companies (id),
      CONSTRAINT message_deliveries_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id),
      CONSTRAINT message_deliveries_template FOREIGN KEY (template_id) REFERENCES message_templates (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS message_delivery_statuses (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
      delivery_id ${ddl.id} NOT NULL,
      status ${statuses} NOT NULL,
      source ENUM('us','callback','lookup','person') NOT NULL COMMENT 'Who told it',
      error_code VARCHAR(64) NULL,
      changed_at ${ddl.time} NOT NULL,
      PRIMARY KEY (id),
      KEY message_delivery_statuses_by_delivery (delivery_id, id),
      CONSTRAINT message_delivery_statuses_delivery FOREIGN KEY (delivery_id) REFERENCES message_deliveries (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS message_opt_outs (
      connection_id ${ddl.id} NOT NULL,
      address VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'E.164',
      company_id ${ddl.id} NOT NULL,
      state ENUM('out','in') NOT NULL COMMENT 'out: never send to this address',
      source VARCHAR(32) NOT NULL COMMENT 'keyword, or the provider''s refusal',
      changed_at ${ddl.time} NOT NULL COMMENT 'The later word wins',
      PRIMARY KEY (connection_id, address),
      CONSTRAINT message_opt_outs_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id),
      CONSTRAINT message_opt_outs_company FOREIGN KEY (company_id) REFERENCES companies (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS message_send_slots (
      connection_id ${ddl.id} NOT NULL,
      address VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'The sender',
      next_free_ms BIGINT UNSIGNED NOT NULL COMMENT 'Milliseconds since 1970 from which the sender may send again',
      PRIMARY KEY (connection_id, address),
      CONSTRAINT message_send_slots_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS automation_runs (
      id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NULL,
      rule ${ddl.key} NOT NULL COMMENT 'The automation''s key',
      trigger_event VARCHAR(255) NOT NULL COMMENT 'Id of the event that set it off',
      condition_result ENUM('met','not_met') NOT NULL,
      action VARCHAR(64) NOT NULL,
      outcome ENUM('pending','done','failed','skipped') NOT NULL,
      sentence VARCHAR(500) NULL,
      actor VARCHAR(64) NOT NULL COMMENT 'Who set it off: engine, or a person''s id',
      started_at ${ddl.time} NOT NULL,
      finished_at ${ddl.time} NULL,
      PRIMARY KEY (id),
      UNIQUE KEY automation_runs_trigger (company_id, rule, trigger_event) COMMENT 'One trigger, one run',
      CONSTRAINT automation_runs_company FOREIGN KEY (company_id) REFERENCES companies (id),
      CONSTRAINT automation_runs_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id)
    ) ${ddl.options}`,
  ],
};
