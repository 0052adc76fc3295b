/** README's table of environment variables, made from the schema: `--write` puts it there, `--check` fails when it differs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { providerBaseUrl, providerBaseUrlPrefix, variables } from '../config/variables.ts';

const readme = new URL('../README.md', import.meta.url);
const [begin, end] = ['<!-- config:begin (npm run config:table) -->', '<!-- config:end -->'];

interface Variable {
  description: string;
  default?: unknown;
  secret?: boolean;
}

function table(): string {
  const { properties, required = [] } = z.toJSONSchema(z.object(variables), { io: 'input', unrepresentable: 'any' });
  const rows = Object.entries(properties as Record<string, Variable>).map(([name, variable]) => [
    `\`${name}\``,
    required.includes(name) ? '**required**' : variable.default === undefined ? '' : `\`${shown(variable.default)}\``,
    `${variable.description}${variable.secret ? ` Or \`${name}_FILE\`.` : ''}`,
  ]);
  rows.push([`\`${providerBaseUrlPrefix}<KEY>\``, '', z.globalRegistry.get(providerBaseUrl)?.description ?? '']);
  const lines = ['| variable | default | meaning |', '| --- | --- | --- |', ...rows.map((cells) => `| ${cells.join(' | ')} |`)];
  return ['<!-- prettier-ignore-start -->', '', ...lines, '', '<!-- prettier-ignore-end -->'].join('\n');
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
