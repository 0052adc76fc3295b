import type { Provider } from './contract.ts';
import type { HttpCall } from './http.ts';

interface Owner {
  connectionId: string;
  companyId: string;
}
interface Options {
  logs: { append(lines: (HttpCall & Owner & { providerKey: string; note: null })[]): Promise<unknown> };
  log: { warn(line: object, message: string): void };
}

/** Of a call that concerns no connection, there is no line in the log of connections. */
export function appendCalls({ logs, log }: Options) {
  return (call: HttpCall, owner: Owner | null, provider: Pick<Provider, 'key'>): void => {
    if (!owner) return;
    const { connectionId } = owner;
    logs
      .append([{ ...call, ...owner, providerKey: provider.key, note: null }])
      .catch((error: unknown) => log.warn({ err: error, connectionId }, 'a line of the API call log could not be written'));
  };
}
