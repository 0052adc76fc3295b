/** Reads variables by a zod schema: empty means unset, a secret may come from a file, and every fault is told at once. */
import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';

export type Environment = Record<string, string | undefined>;

/** For the person who set the variables: names each bad one, and never a value. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly variables: string[];
  constructor(faults: { name: string; fault: string }[]) {
    super(`These environment variables need attention:\n${faults.map(({ name, fault }) => `  ${name} ${fault}`).join('\n')}`);
    this.variables = faults.map(({ name }) => name);
  }
}

/** Throws `ConfigError`. `extra` is put beside the variables, for names that a schema cannot list. */
export function readEnvironment<Schema extends z.ZodObject>(
  schema: Schema,
  env: Environment,
  extra: Record<string, unknown> = {},
): z.output<Schema> {
  const values: Environment = {};
  const faults: { name: string; fault: string }[] = [];
  for (const [name, variable] of Object.entries(schema.shape)) {
    const { secret, keepClosed } = (z.globalRegistry.get(variable) ?? {}) as { secret?: boolean; keepClosed?: boolean };
    const file = secret ? env[`${name}_FILE`] : undefined;
    if (env[name] && file) faults.push({ name, fault: `and ${name}_FILE are both set: give one of them` });
    else if (file) {
      try {
        if (keepClosed && (statSync(file).mode & 0o007) !== 0)
          faults.push({
            name: `${name}_FILE`,
            fault: 'can be read by every user of this machine: chmod 600 it, or 440 for a group',
          });
        else values[name] = readFileSync(file, 'utf8').trim();
      } catch (error) {
        faults.push({ name: `${name}_FILE`, fault: `cannot be read (${(error as NodeJS.ErrnoException).code})` });
      }
    } else if (env[name]) values[name] = env[name];
  }
  const parsed = schema.safeParse({ ...values, ...extra });
  if (parsed.success && faults.length === 0) return parsed.data;

  const told = new Set(faults.map(({ name }) => name.replace(/_FILE$/, '')));
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path.findLast((part) => typeof part === 'string'));
    if (told.has(name)) continue;
    told.add(name);
    const missing = issue.code === 'invalid_type' && !(name in values);
    faults.push({
      name,
      fault: missing ? `is missing: ${z.globalRegistry.get(schema.shape[name])?.description}` : issue.message,
    });
  }
  throw new ConfigError(faults);
}
