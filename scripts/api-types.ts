/** `npm run api:types`: the console's types, from the API's own OpenAPI document. Made before each check and never kept: they cannot be old. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOpenApi } from '../api/openapi.ts';
import { routes } from '../api/routes/index.ts';

const web = join(import.meta.dirname, '../web');
const folder = mkdtempSync(join(tmpdir(), 'linkwright-types-'));
try {
  const document = join(folder, 'openapi.json');
  writeFileSync(document, JSON.stringify(createOpenApi(routes, 'http://127.0.0.1:3000')));
  const generator = join(web, 'node_modules/openapi-typescript/bin/cli.js');
  execFileSync(process.execPath, [generator, document, '-o', join(web, 'src/api/schema.d.ts')], { stdio: 'pipe' });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
