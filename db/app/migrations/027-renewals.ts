import { addColumn, ddl, type Migration } from '../../ddl.ts';

/** When credentials were last renewed, for people who look why they no longer are. */
export const renewals: Migration = {
  name: '027-renewals',
  statements: addColumn(
    'integration_tokens',
    'renewed_at',
    `${ddl.time} NULL COMMENT 'When the provider last gave new tokens; NULL when it never did since this is kept'`,
  ),
};
