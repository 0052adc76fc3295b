import { Problem } from '../../api/client.ts';

/** What the API says is wrong, at the field that it is about; `undefined` for what is about no field of the form. */
export function errorsAt(error: unknown, fields: readonly string[]): Record<string, string> | undefined {
  if (!(error instanceof Problem) || error.issues.length === 0) return undefined;
  const found = error.issues.map(({ path, message }) => {
    const field = fields.find((name) => path === name || path.startsWith(`${name}.`));
    return field && ([field, message] as const);
  });
  return found.every((entry) => entry !== undefined) ? Object.fromEntries(found as [string, string][]) : undefined;
}
