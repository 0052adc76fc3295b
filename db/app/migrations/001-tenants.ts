import { ddl, type Migration } from '../../ddl.ts';

/** Who the companies are, who may call, and what was done. */
export const tenants: Migration = {
  name: '001-tenants',
  statements: [
    `CREATE TABLE IF NOT EXISTS companies (
      id ${ddl.id} NOT NULL,
      parent_company_id ${ddl.id} NULL COMMENT 'The central company that this franchise rolls up to',
      name VARCHAR(200) NOT NULL,
      time_zone VARCHAR(64) NOT NULL COMMENT 'IANA name; quiet hours and days follow it',
      created_at ${ddl.created},
      PRIMARY KEY (id),
      KEY companies_by_parent (parent_company_id),
      CONSTRAINT companies_parent FOREIGN KEY (parent_company_id) REFERENCES companies (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS users (
      id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NULL COMMENT 'NULL for the platform''s own people',
      name VARCHAR(200) NOT NULL,
      email VARCHAR(254) NOT NULL,
      phone VARCHAR(20) NULL COMMENT 'E.164; where incidents are told',
      role ENUM('platform_admin','company_admin','operator','viewer','client') NOT NULL,
      created_at ${ddl.created},
      PRIMARY KEY (id),
      KEY users_by_role (company_id, role) COMMENT 'Whom to tell on a rung of the escalation ladder',
      CONSTRAINT users_company FOREIGN KEY (company_id) REFERENCES companies (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS api_keys (
      id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NULL COMMENT 'NULL for a key of the platform: it reaches every company',
      user_id ${ddl.id} NULL COMMENT 'The person who uses it, if it is a person''s',
      role ENUM('platform_admin','company_admin','operator','viewer','client') NOT NULL,
      label VARCHAR(200) NOT NULL,
      prefix ${ddl.key} NOT NULL COMMENT 'Public part of the key, to find and tell it',
      key_hash BINARY(32) NOT NULL COMMENT 'SHA-256 of the whole key; the key itself is never kept',
      created_at ${ddl.created},
      revoked_at ${ddl.time} NULL,
      PRIMARY KEY (id),
      UNIQUE KEY api_keys_prefix (prefix) COMMENT 'Every request: authenticate',
      KEY api_keys_by_company (company_id, id),
      CONSTRAINT api_keys_company FOREIGN KEY (company_id) REFERENCES companies (id),
      CONSTRAINT api_keys_user FOREIGN KEY (user_id) REFERENCES users (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS audit_chains (
      chain ${ddl.id} NOT NULL COMMENT 'A company''s id, or platform',
      sequence BIGINT UNSIGNED NOT NULL COMMENT 'Position of the last entry',
      hash BINARY(32) NOT NULL COMMENT 'Hash of the last entry; this row is locked while one is added',
      PRIMARY KEY (chain)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS audit_log (
      chain ${ddl.id} NOT NULL COMMENT 'A company''s id, or platform',
      sequence BIGINT UNSIGNED NOT NULL COMMENT 'Position in the chain, from 1, without gaps',
      company_id ${ddl.id} NULL,
      actor VARCHAR(64) NOT NULL COMMENT 'Id of the user or API key, or engine',
      action VARCHAR(64) NOT NULL COMMENT 'Noun and verb, for example connection.pause',
      subject VARCHAR(255) NOT NULL COMMENT 'Id of what it was done to',
      outcome ENUM('done','refused') NOT NULL,
      detail JSON NOT NULL COMMENT 'Facts for a reader; never a secret, a phone number or a body',
      from_address VARCHAR(64) NULL COMMENT 'Network address that the request came from',
      logged_at ${ddl.time} NOT NULL,
      previous_hash BINARY(32) NOT NULL COMMENT 'Hash of the entry before; zeros for the first',
      hash BINARY(32) NOT NULL COMMENT 'SHA-256 over the entry and previous_hash',
      PRIMARY KEY (chain, sequence),
      KEY audit_log_by_subject (subject, logged_at),
      CONSTRAINT audit_log_company FOREIGN KEY (company_id) REFERENCES companies (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS api_idempotency_keys (
      scope VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'Caller and route that the key belongs to',
      idempotency_key ${ddl.foreign} NOT NULL,
      request_hash ${ddl.key} NOT NULL COMMENT 'Another request under the same key is refused',
      state ENUM('running','done') NOT NULL,
      status SMALLINT UNSIGNED NULL COMMENT 'HTTP status of the kept answer',
      body MEDIUMBLOB NULL COMMENT 'The kept answer, sealed: one of them may show a new API key',
      key_version INT UNSIGNED NOT NULL COMMENT 'Master key version that sealed the body',
      begun_at ${ddl.time} NOT NULL,
      PRIMARY KEY (scope, idempotency_key),
      KEY api_idempotency_keys_by_age (begun_at) COMMENT 'Retention'
    ) ${ddl.options}`,
  ],
};
