import { addColumn, ddl, type Migration } from '../../ddl.ts';
import { erasureCounts } from '../../erasure/counts.ts';

/** What was erased, for whom, and how much; and the marks by which it stays so. */
export const erasure: Migration = {
  name: '014-erasure',
  statements: [
    ...addColumn(
      'companies',
      'closed_at',
      `${ddl.time} NULL COMMENT 'Since when nothing can be added to it: it is being erased, or was'`,
    ),
    ...addColumn(
      'messages',
      'erased_at',
      `${ddl.time} NULL COMMENT 'A person was erased from it: what the provider tells again leaves its personal columns empty'`,
    ),
    ...addColumn(
      'audit_personal',
      'erased_seal',
      `VARBINARY(128) NULL COMMENT 'An erasure took the part: proof that it was one of ours, bound to the entry; salt and body are blank then'`,
    ),
    ...addColumn(
      'audit_personal',
      'seal_version',
      `INT UNSIGNED NULL COMMENT 'Version of the platform''s key that made the seal'`,
    ),
    ...addColumn('contacts', 'erased_at', `${ddl.time} NULL COMMENT 'As in messages'`),

    `CREATE TABLE IF NOT EXISTS erasures (
      id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      kind ENUM('company','person') NOT NULL,
      state ENUM('running','done') NOT NULL,
      subject VARBINARY(2048) NULL COMMENT 'Who is erased, as sealed JSON; NULL for a company, and when it is done',
      key_version INT UNSIGNED NULL COMMENT 'Key version that sealed the subject',
      reason VARCHAR(280) NOT NULL,
      asked_by VARCHAR(64) NOT NULL COMMENT 'Id of the user or API key',
      asked_at ${ddl.created},
      done_at ${ddl.time} NULL,
      PRIMARY KEY (id),
      KEY erasures_by_company (company_id, id),
      KEY erasures_by_state (state, id) COMMENT 'What is under way, and whether anybody works at it',
      CONSTRAINT erasures_company FOREIGN KEY (company_id) REFERENCES companies (id)
    ) ${ddl.options}`,
    erasureCounts,
  ],
};
