/**
 * Registers our search attributes in the Temporal namespace, so that ops can filter by company, connection, provider and state.
 * Repeating it is harmless. Temporal Cloud refuses this call: there they are added by `tcld namespace search-attributes add`.
 * https://docs.temporal.io/search-attribute
 */
import { Connection } from '@temporalio/client';
import { loadTemporalConfig } from '../config/index.ts';
import { searchAttributes } from '../domain/workflow-ids.ts';
import { connectionTrouble } from '../temporal/connection-trouble.ts';
import { orExplain } from './or-explain.ts';

/** Temporal's numbers: https://github.com/temporalio/api/blob/master/temporal/api/enums/v1/common.proto (IndexedValueType) */
const types = { KEYWORD: 2, BOOL: 5 } as const;

await orExplain(async () => {
  const { address, namespace, tls, apiKey } = loadTemporalConfig();
  const connection = await Connection.connect({ address, tls, ...(apiKey && { apiKey }) }).catch((error: unknown) => {
    throw new Error(connectionTrouble(address, error));
  });
  try {
    const known = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = Object.values(searchAttributes).filter(({ name }) => !(name in (known.customAttributes ?? {})));
    if (missing.length === 0) return;
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map(({ name, type }) => [name, types[type]])),
    });
    console.log(`Registered search attributes: ${missing.map(({ name }) => name).join(', ')}`);
  } finally {
    await connection.close();
  }
});
