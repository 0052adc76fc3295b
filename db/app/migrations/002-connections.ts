import { ddl, type Migration } from '../../ddl.ts';

/** Providers, the companies' accounts at them, credentials and connections. */
export const connections: Migration = {
  name: '002-connections',
  statements: [
    `CREATE TABLE IF NOT EXISTS integration_providers (
      provider_key ${ddl.key} NOT NULL COMMENT 'The provider''s key in the registry',
      label VARCHAR(100) NOT NULL,
      category VARCHAR(32) NOT NULL,
      auth_kinds JSON NOT NULL COMMENT 'List of the kinds of credentials it takes',
      enabled TINYINT UNSIGNED NOT NULL DEFAULT 1 COMMENT '0 when the registry no longer has it',
      updated_at ${ddl.updated},
      PRIMARY KEY (provider_key)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS integration_accounts (
      id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      provider_key ${ddl.key} NOT NULL,
      state ENUM('pending','authorized','closed') NOT NULL COMMENT 'pending until a real call to the provider succeeded',
      external_id ${ddl.foreign} NULL COMMENT 'The account''s id at the provider',
      name VARCHAR(255) NULL,
      provider_status VARCHAR(64) NULL COMMENT 'In the provider''s own word',
      checked_at ${ddl.time} NULL COMMENT 'Last real call that read the account',
      created_at ${ddl.created},
      PRIMARY KEY (id),
      KEY integration_accounts_by_company (company_id, provider_key),
      CONSTRAINT integration_accounts_company FOREIGN KEY (company_id) REFERENCES companies (id),
      CONSTRAINT integration_accounts_provider FOREIGN KEY (provider_key) REFERENCES integration_providers (provider_key)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS integration_provider_accounts (
      id ${ddl.id} NOT NULL,
      account_id ${ddl.id} NOT NULL COMMENT 'The authorised account that reaches this',
      kind VARCHAR(64) NOT NULL COMMENT 'Sub-account, sender, organisation, in the provider''s own word',
      external_id ${ddl.foreign} NOT NULL,
      label VARCHAR(255) NOT NULL,
      address VARCHAR(64) NULL COMMENT 'Where it sends from, for example a phone number in E.164',
      capabilities JSON NOT NULL COMMENT 'List of what it can do, for example sms',
      state ENUM('reached','gone') NOT NULL COMMENT 'gone when the last check no longer told of it',
      updated_at ${ddl.updated},
      PRIMARY KEY (id),
      UNIQUE KEY integration_provider_accounts_identity (account_id, kind, external_id),
      CONSTRAINT integration_provider_accounts_account FOREIGN KEY (account_id) REFERENCES integration_accounts (id) ON DELETE CASCADE
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS integration_connections (
      id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      provider_key ${ddl.key} NOT NULL,
      account_id ${ddl.id} NOT NULL,
      provider_account_id ${ddl.id} NULL COMMENT 'The one sub-account it is bound to; NULL for the whole account',
      purpose VARCHAR(64) NOT NULL COMMENT 'What the company uses it for, for example appointment_reminders',
      label VARCHAR(200) NOT NULL,
      state ENUM('onboarding','active','degraded','needs_reauthorization','paused','manual_fallback','disconnected') NOT NULL,
      state_reason VARCHAR(500) NULL COMMENT 'Why it is in this state',
      state_changed_at ${ddl.time} NOT NULL,
      owner_user_id ${ddl.id} NULL COMMENT 'Who is told first when it fails',
      reason VARCHAR(500) NOT NULL COMMENT 'Why the company wants this connection',
      last_success_at ${ddl.time} NULL COMMENT 'Last good run; freshness is computed from it and the clock',
      last_health_check_id ${ddl.id} NULL COMMENT 'The newest row of integration_health_checks',
      lifecycle_workflow_id VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'Temporal workflow that holds its life once launched',
      created_at ${ddl.created},
      PRIMARY KEY (id),
      KEY integration_connections_by_company (company_id, id),
      KEY integration_connections_by_state (state, last_success_at) COMMENT 'Which connections are silent',
      CONSTRAINT integration_connections_company FOREIGN KEY (company_id) REFERENCES companies (id),
      CONSTRAINT integration_connections_provider FOREIGN KEY (provider_key) REFERENCES integration_providers (provider_key),
      CONSTRAINT integration_connections_account FOREIGN KEY (account_id) REFERENCES integration_accounts (id),
      CONSTRAINT integration_connections_reached FOREIGN KEY (provider_account_id) REFERENCES integration_provider_accounts (id),
      CONSTRAINT integration_connections_owner FOREIGN KEY (owner_user_id) REFERENCES users (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS integration_tokens (
      id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL COMMENT 'Whose key seals the row',
      kind VARCHAR(32) NOT NULL COMMENT 'The provider''s auth kind',
      state ENUM('staged','active','superseded','discarded','forgotten') NOT NULL COMMENT 'Only staged and active rows hold a ciphertext',
      ciphertext VARBINARY(8192) NULL COMMENT 'AES-256-GCM: 12 bytes nonce, 16 bytes tag, then the sealed JSON; bound to the ids of row and connection',
      key_version INT UNSIGNED NOT NULL COMMENT 'Master key version that sealed it; a rotation ends when no row has the old one',
      scopes JSON NULL COMMENT 'List of granted scopes',
      expires_at ${ddl.time} NULL COMMENT 'When the access token ends; NULL when it does not',
      lease_holder VARCHAR(64) NULL COMMENT 'The process that refreshes it now',
      lease_until ${ddl.time} NULL COMMENT 'The lease is free after this',
      fencing BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'Counts leases: a late holder with an older number writes nothing',
      created_at ${ddl.created},
      PRIMARY KEY (id),
      KEY integration_tokens_by_connection (connection_id, state, id) COMMENT 'Credentials in force, read for every activity',
      KEY integration_tokens_by_key (key_version) COMMENT 'Rotation of the master key',
      CONSTRAINT integration_tokens_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id),
      CONSTRAINT integration_tokens_company FOREIGN KEY (company_id) REFERENCES companies (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS integration_settings (
      connection_id ${ddl.id} NOT NULL,
      settings JSON NOT NULL COMMENT 'The provider''s own settings, checked by its schema',
      policy JSON NOT NULL COMMENT 'Overrides of cadence, retries, escalation and delivery; the rest takes defaults',
      next_action VARCHAR(200) NULL COMMENT 'The client''s next action, shown on every card of the connection',
      updated_at ${ddl.updated},
      PRIMARY KEY (connection_id),
      CONSTRAINT integration_settings_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS integration_field_mappings (
      id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NOT NULL,
      object ${ddl.key} NOT NULL COMMENT 'The canonical object that it makes',
      version INT UNSIGNED NOT NULL COMMENT 'From 1; the highest published is in force',
      state ENUM('draft','published') NOT NULL,
      mapping JSON NOT NULL COMMENT 'The whole mapping set',
      published_by VARCHAR(64) NULL,
      published_at ${ddl.time} NULL,
      PRIMARY KEY (id),
      UNIQUE KEY integration_field_mappings_version (connection_id, object, version),
      CONSTRAINT integration_field_mappings_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id)
    ) ${ddl.options}`,
  ],
};
