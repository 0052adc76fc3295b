/** README's table of environment variables, made from the schema: `--write` puts it there, `--check` fails when it differs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import {
  oauthClientId,
  oauthClientIdPrefix,
  oauthClientSecret,
  oauthClientSecretPrefix,
  providerBaseUrl,
  providerBaseUrlPrefix,
  variables,
} from '../config/variables.ts';

const readme = new URL('../README.md', import.meta.url);
const [begin, end] = ['<!-- config:begin (npm run config:table) -->', '<!-- config:end -->'];

interface Meta {
  description: string;
  secret?: boolean;
}

function table(): string {
  const rows = Object.entries(variables).map(([name, variable]) => {
    const { description, secret } = z.globalRegistry.get(variable) as unknown as Meta;
    return [`\`${name}\``, defaultOf(variable), `${description}${secret ? ` Or \`${name}_FILE\`.` : ''}`];
  });
  const byKey: [string, z.ZodType, string?][] = [
    [providerBaseUrlPrefix, providerBaseUrl],
    [oauthClientIdPrefix, oauthClientId],
    [oauthClientSecretPrefix, oauthClientSecret, ` Or \`${oauthClientSecretPrefix}<KEY>_FILE\`.`],
  ];
  for (const [prefix, variable, more = ''] of byKey)
    rows.push([`\`${prefix}<KEY>\``, '', `${z.globalRegistry.get(variable)?.description}${more}`]);
  const lines = ['| variable | default | meaning |', '| --- | --- | --- |', ...rows.map((cells) => `| ${cells.join(' | ')} |`)];
  return ['<!-- prettier-ignore-start -->', '', ...lines, '', '<!-- prettier-ignore-end -->'].join('\n');
}

function defaultOf(variable: z.ZodType): string {
  if (variable instanceof z.ZodDefault) return `\`${shown(variable.def.defaultValue)}\``;
  return variable.safeParse(undefined).success ? '' : '**required**';
}

const shown = (value: unknown) => (Array.isArray(value) ? value.join(',') : JSON.stringify(value).replaceAll('"', ''));

const text = readFileSync(readme, 'utf8');
const [from, to] = [text.indexOf(begin), text.indexOf(end)];
if (from < 0 || to < from) throw new Error(`README.md must hold the lines "${begin}" and "${end}", in this order.`);
const wanted = `${text.slice(0, from + begin.length)}\n\n${table()}\n\n${text.slice(to)}`;

if (process.argv.includes('--write')) writeFileSync(readme, wanted);
else if (text !== wanted) {
  console.error('The configuration table in README.md is not what config/variables.ts says: run `npm run config:table`.');
  process.exitCode = 1;
}
