import { addColumn, ddl, type Migration } from '../../ddl.ts';

/** Tokens that end by themselves, and the consents that they come from. */
export const oauth: Migration = {
  name: '010-oauth',
  statements: [
    ...addColumn(
      'integration_tokens',
      'refresh_at',
      `${ddl.time} NULL COMMENT 'New tokens are asked for from then on; NULL when there are none yet'`,
    ),
    ...addColumn(
      'integration_tokens',
      'refresh_attempted_at',
      `${ddl.time} NULL COMMENT 'Written before the provider is asked, NULL when its answer is kept: what stands here after the lease is an answer that was lost'`,
    ),
    ...addColumn(
      'integration_tokens',
      'lost_reason',
      `VARCHAR(500) NULL COMMENT 'Why these credentials can no longer be renewed: only a new consent helps'`,
    ),

    `CREATE TABLE IF NOT EXISTS oauth_consents (
      id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      actor VARCHAR(64) NOT NULL COMMENT 'The user or API key that asked for it',
      key_id VARCHAR(64) NULL COMMENT 'The API key that it was asked with: a key that was revoked since then completes nothing',
      purpose ENUM('access','reauthorize') NOT NULL COMMENT 'The first step of an onboarding, or new credentials of a launched connection',
      state ENUM('asked','opened','used') NOT NULL COMMENT 'opened in one browser, then used by one answer of the provider',
      ticket_hash BINARY(32) NOT NULL COMMENT 'SHA-256 of the start link''s secret',
      state_hash BINARY(32) NULL COMMENT 'SHA-256 of the state that the provider hands back',
      challenge CHAR(43) NULL COMMENT 'S256 of the PKCE verifier, which only the browser''s cookie holds',
      expires_at ${ddl.time} NOT NULL,
      created_at ${ddl.created},
      PRIMARY KEY (id),
      UNIQUE KEY oauth_consents_ticket (ticket_hash),
      UNIQUE KEY oauth_consents_state (state_hash),
      KEY oauth_consents_by_end (expires_at) COMMENT 'What is to be swept away',
      CONSTRAINT oauth_consents_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id),
      CONSTRAINT oauth_consents_company FOREIGN KEY (company_id) REFERENCES companies (id)
    ) ${ddl.options}`,
  ],
};
