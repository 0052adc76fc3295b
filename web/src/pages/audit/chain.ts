import { answerOf, api, type Schemas } from '../../api/client.ts';

/** Whose log: a company's, by its id, or the platform's own. */
export type Chain = string;
export const platform: Chain = 'platform';

interface Filter {
  actor?: string;
  action?: Schemas['AuditedAction'];
  outcome?: Schemas['AuditEntry']['outcome'];
  connectionId?: string;
  from?: string;
  to?: string;
  limit?: number;
  cursor?: string;
}

export const readEntries = (chain: Chain, query: Filter) =>
  answerOf(
    chain === platform
      ? api.GET('/v1/audit', { params: { query } })
      : api.GET('/v1/companies/{companyId}/audit', { params: { path: { companyId: chain }, query } }),
  );

export const verifyChain = (chain: Chain) =>
  answerOf(
    chain === platform
      ? api.GET('/v1/audit/verification')
      : api.GET('/v1/companies/{companyId}/audit/verification', { params: { path: { companyId: chain } } }),
  );

export async function streamExport(chain: Chain, query: { from: string; to: string }, signal: AbortSignal) {
  const options = { parseAs: 'stream', signal } as const;
  const answer =
    chain === platform
      ? api.GET('/v1/audit/export', { params: { query }, ...options })
      : api.GET('/v1/companies/{companyId}/audit/export', { params: { path: { companyId: chain }, query }, ...options });
  return (await answerOf<unknown>(answer)) as ReadableStream<Uint8Array<ArrayBuffer>>;
}
