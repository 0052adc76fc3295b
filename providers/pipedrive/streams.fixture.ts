/** One company in the sandbox, anew for each test, and what reads its streams. */
import { compileMapping } from '../../domain/compile-mapping.ts';
import { startSandbox } from '../../sandbox/server.ts';
import type { Page } from '../contract.ts';
import { createProviderHttp } from '../http.ts';
import { pipedrive } from './index.ts';

export const { deals, contacts } = pipedrive.streams as Record<'deals' | 'contacts', (typeof pipedrive.streams)[string]>;
export const companyId = 5_000_001;
export const apiToken = 'canary-api-token-of-streams';
export const day = 86_400;

export async function openScene() {
  const sandbox = await startSandbox();
  const control = <T = any>(verb: string, input: Record<string, unknown> = {}) => sandbox.control<T>('pipedrive', verb, input);
  const act = (verb: string, input: Record<string, unknown>) => control(verb, { companyId, ...input });
  const asked = async (path: RegExp) =>
    (await control<{ path: string; query: Record<string, string> }[]>('requests')).filter((request) => path.test(request.path));
  const changelogs = async () => (await asked(/changelog$/)).length;
  const context = () => ({
    http: createProviderHttp({
      vendorBaseUrl: pipedrive.baseUrl,
      baseUrl: `${sandbox.url}/pipedrive`,
      hosts: pipedrive.hosts,
      timeoutMs: 5_000,
      log() {},
    }),
    credentials: { apiToken },
    settings: {},
  });

  /** One run from `cursor` to its end; `between` is done after each page. */
  async function run(
    stream: typeof deals,
    cursor: string | null,
    {
      now = new Date(),
      pageSize = 50,
      between = async () => {},
    }: { now?: Date; pageSize?: number; between?: () => Promise<unknown> } = {},
  ): Promise<{ pages: Page[]; cursor: string }> {
    const pages: Page[] = [];
    for (let at = cursor; !pages.at(-1)?.done; at = pages.at(-1)!.cursor) {
      pages.push(await stream.fetchPage(context(), { cursor: at, now, pageSize }));
      await between();
    }
    return { pages, cursor: pages.at(-1)!.cursor };
  }
  const recordsOf = (pages: Page[]) => pages.flatMap(({ records }) => records) as Record<string, unknown>[];
  const deletedOf = (pages: Page[]) => pages.flatMap(({ deleted = [] }) => deleted);
  const steps = (raw: unknown) => deals.movements!(raw).map(({ from, to }) => [from, to]);
  const fieldsOf = (stream: typeof deals, raw: unknown) => {
    const result = compileMapping({ ...stream.mapping, version: 1 }, { phone: (text) => text })(raw);
    return 'record' in result ? result.record.fields : result.issues;
  };
  const fetchDeal = async (dealId: number) => {
    const { records } = await deals.fetchByIds!(context(), { externalIds: [String(dealId)], now: new Date() });
    return records[0];
  };
  const now = () => Math.floor(Date.now() / 1_000);

  const begin = async () => {
    await control('reset');
    await control('createCompany', { companyId, apiToken });
  };
  return {
    control,
    act,
    asked,
    changelogs,
    context,
    run,
    recordsOf,
    deletedOf,
    steps,
    fieldsOf,
    fetchDeal,
    now,
    begin,
    close: sandbox.close,
  };
}
