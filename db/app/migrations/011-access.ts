import { addColumn, addUniqueKey, ddl, type Migration } from '../../ddl.ts';

/** Who may still call: keys that end, people who are disabled or sign in by token, permissions by grant, and how many requests. */
export const access: Migration = {
  name: '011-access',
  statements: [
    ...addColumn('api_keys', 'expires_at', `${ddl.time} NULL COMMENT 'Not in force from then on; NULL for one without an end'`),
    ...addColumn('api_keys', 'last_used_at', `${ddl.time} NULL COMMENT 'To the minute: not written more often'`),
    ...addColumn(
      'users',
      'disabled_at',
      `${ddl.time} NULL COMMENT 'Since when neither keys nor tokens of this person are taken'`,
    ),
    ...addColumn('users', 'token_issuer', 'VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL'),
    ...addColumn(
      'users',
      'token_subject',
      `${ddl.foreign} NULL COMMENT 'The sub of this person''s tokens; with the issuer it names one person'`,
    ),
    ...addUniqueKey('users', 'users_by_token', 'token_issuer, token_subject'),

    `CREATE TABLE IF NOT EXISTS permission_grants (
      id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL COMMENT 'Where it holds',
      holder ${ddl.id} NOT NULL COMMENT 'Id of the user or API key that it was given to',
      permission VARCHAR(64) NOT NULL COMMENT 'One that no role has',
      reason VARCHAR(280) NOT NULL,
      granted_by VARCHAR(64) NOT NULL COMMENT 'Id of the user or API key that gave it',
      granted_at ${ddl.created},
      expires_at ${ddl.time} NOT NULL,
      revoked_at ${ddl.time} NULL,
      PRIMARY KEY (id),
      KEY permission_grants_by_holder (holder, company_id, expires_at) COMMENT 'Each request that needs one',
      KEY permission_grants_by_company (company_id, id),
      CONSTRAINT permission_grants_company FOREIGN KEY (company_id) REFERENCES companies (id)
    ) ${ddl.options}`,

    // As rate-limiter-flexible reads and writes it: these three columns, in this order.
    `CREATE TABLE IF NOT EXISTS request_allowances (
      \`key\` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'What is limited, and for whom',
      points INT NOT NULL DEFAULT 0 COMMENT 'Requests that API processes have taken in this window, to serve them',
      expire BIGINT UNSIGNED NULL COMMENT 'End of the window, in milliseconds since 1970',
      PRIMARY KEY (\`key\`),
      KEY request_allowances_by_end (expire) COMMENT 'Retention'
    ) ${ddl.options}`,
  ],
};
