import { addColumn, type Migration } from '../../ddl.ts';

/** Which request brought an event, for traces; written only while they are on. */
export const traceparent: Migration = {
  name: '006-traceparent',
  statements: addColumn(
    'integration_raw_events',
    'traceparent',
    `CHAR(55) CHARACTER SET ascii NULL COMMENT 'W3C trace context of the request that brought it'`,
  ),
};
