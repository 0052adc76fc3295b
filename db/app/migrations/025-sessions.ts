import { ddl, type Migration } from '../../ddl.ts';

/** People who sign in with a browser. */
export const sessions: Migration = {
  name: '025-sessions',
  statements: [
    `CREATE TABLE IF NOT EXISTS user_passwords (
      user_id ${ddl.id} NOT NULL,
      login VARCHAR(254) NOT NULL COMMENT 'The person''s e-mail address in lower case; of one person alone',
      hash VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'argon2id, in the PHC string format',
      set_at ${ddl.time} NOT NULL,
      PRIMARY KEY (user_id),
      UNIQUE KEY user_passwords_login (login) COMMENT 'Signing in',
      CONSTRAINT user_passwords_user FOREIGN KEY (user_id) REFERENCES users (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS sign_in_links (
      token_hash BINARY(32) NOT NULL COMMENT 'SHA-256; the token itself is never kept',
      user_id ${ddl.id} NOT NULL,
      expires_at ${ddl.time} NOT NULL,
      PRIMARY KEY (token_hash),
      KEY sign_in_links_by_user (user_id) COMMENT 'A new one takes the place of those before',
      CONSTRAINT sign_in_links_user FOREIGN KEY (user_id) REFERENCES users (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS sessions (
      id ${ddl.id} NOT NULL,
      user_id ${ddl.id} NOT NULL,
      method ENUM('password','link','oidc') NOT NULL COMMENT 'How the person signed in',
      token_hash BINARY(32) NOT NULL COMMENT 'SHA-256 of the cookie in force; the cookie itself is never kept',
      previous_hash BINARY(32) NULL COMMENT 'Of the cookie before it',
      created_at ${ddl.time} NOT NULL,
      last_seen_at ${ddl.time} NOT NULL COMMENT 'To the minute: not written more often',
      rotated_at ${ddl.time} NOT NULL,
      confirmed_at ${ddl.time} NULL COMMENT 'When the cookie in force was first shown',
      PRIMARY KEY (id),
      UNIQUE KEY sessions_by_token (token_hash) COMMENT 'Every request of a browser',
      UNIQUE KEY sessions_by_previous (previous_hash),
      KEY sessions_by_user (user_id) COMMENT 'Signing out everywhere',
      KEY sessions_by_use (last_seen_at) COMMENT 'Retention',
      CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id)
    ) ${ddl.options}`,
  ],
};
