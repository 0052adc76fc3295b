import type { AuthKind, Provider } from '../providers/contract.ts';
import { invalid, issuesOf } from './errors.ts';

/** Settings as the provider's own schema takes them; 400 with the path of each wrong field. */
export function checkSettings(provider: Provider, settings: Record<string, unknown>): Record<string, unknown> {
  const result = provider.settings.safeParse(settings);
  if (!result.success) throw invalid(issuesOf(result.error, ['settings']));
  return result.data as Record<string, unknown>;
}

/** Credentials as the chosen auth kind takes them; the issues name fields, never values. */
export function checkCredentials(provider: Provider, given: { kind: string; values: Record<string, string> }) {
  const auth: AuthKind | undefined = provider.auth.find(({ kind }) => kind === given.kind);
  if (auth && !('credentials' in auth))
    throw invalid([
      {
        path: 'credentials.kind',
        message: `Is given at ${provider.label} itself: ask for it with POST /v1/connections/…/oauth.`,
      },
    ]);
  if (!auth) {
    const kinds = provider.auth.flatMap((known) => ('credentials' in known ? [known.kind] : [])).join(', ');
    throw invalid([{ path: 'credentials.kind', message: `Must be one of: ${kinds}.` }]);
  }
  const result = auth.credentials.safeParse(given.values);
  if (!result.success) throw invalid(issuesOf(result.error, ['credentials', 'values']));
  return { kind: auth.kind, values: result.data };
}
