import type { Stream } from '../../providers/contract.ts';
import { createProviderHttp } from '../../providers/http.ts';
import { getProvider } from '../../providers/registry.ts';

/** An account in the sandbox, and one stream of its provider. */
export interface PagesInput {
  providerKey: string;
  stream: string;
  /** In place of the vendor's own. */
  baseUrl: string;
  credentials: Record<string, string>;
  /** Where to begin; the start when absent. */
  cursor?: string | null;
}

export const streamOf = ({ providerKey, stream }: PagesInput): Stream => getProvider(providerKey).streams[stream]!;

/** Every page of the stream, from the cursor on. */
export async function* fetchAll(input: PagesInput): AsyncGenerator<unknown[]> {
  const { baseUrl: vendorBaseUrl, hosts } = getProvider(input.providerKey);
  const { baseUrl, credentials } = input;
  const http = createProviderHttp({ vendorBaseUrl, baseUrl, hosts, timeoutMs: 30_000, log: () => undefined });
  const context = { http, credentials, settings: {} };
  for (let cursor = input.cursor ?? null, done = false; !done;) {
    const page = await streamOf(input).fetchPage(context, { cursor, now: new Date(), pageSize: 1_000 });
    yield page.records;
    ({ cursor, done } = page);
  }
}
