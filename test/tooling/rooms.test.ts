import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** One line in a file of a room, and the rule that must turn red. */
const violations: [file: string, source: string, rule: string][] = [
  ['domain/x.ts', `import { z } from 'zod';\nexport const a = z;`, 'no-restricted-imports'],
  ['domain/x.ts', `import { readFile } from 'node:fs';\nexport const a = readFile;`, 'no-restricted-imports'],
  ['domain/x.ts', `import type { A } from '../providers/contract.ts';\nexport type B = A;`, 'no-restricted-imports'],
  ['domain/x.ts', `export const a = process.pid;`, 'no-restricted-globals'],
  ['domain/x.ts', `export const a = () => fetch('http://x');`, 'no-restricted-globals'],
  ['domain/x.ts', `console.log('x');`, 'no-restricted-globals'],
  ['domain/x.ts', `export const a = setTimeout;`, 'no-restricted-globals'],
  ['providers/registry.ts', `import { a } from '../db/database.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['providers/twilio/x.ts', `import { log } from '@temporalio/activity';\nexport const b = log;`, 'no-restricted-imports'],
  ['providers/twilio/x.ts', `import { a } from '../../db/database.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['providers/twilio/x.ts', `import { a } from '../hubspot/index.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['providers/twilio/x.ts', `import { a } from '../registry.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['workflows/x.ts', `import { z } from 'zod';\nexport const a = z;`, 'no-restricted-imports'],
  ['workflows/x.ts', `import { randomUUID } from 'node:crypto';\nexport const a = randomUUID;`, 'no-restricted-imports'],
  ['workflows/x.ts', `import { a } from '../providers/registry.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['workflows/x.ts', `import type { A } from '../db/database.ts';\nexport type B = A;`, 'no-restricted-imports'],
  ['workflows/x.ts', `import { a } from '../config/index.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['workflows/x.ts', `import { a } from '../activities/index.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['workflows/x.ts', `export const a = process.env.X;`, 'no-restricted-globals'],
  ['workflows/x.ts', `export const a = () => fetch('http://x');`, 'no-restricted-globals'],
  ['workflows/x.ts', `console.log('x');`, 'no-restricted-globals'],
  ['activities/x.ts', `import { a } from '../workflows/index.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['activities/x.ts', `import { A } from '../db/app/models/a.ts';\nexport const b = A;`, 'no-restricted-imports'],
  ['activities/x.ts', `import type { A } from '../db/app/models/a.ts';\nexport type B = A;`, 'no-restricted-imports'],
  ['activities/x.ts', `import { a } from '../db/app/stores/index.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['activities/x.ts', `import { a } from '../config/index.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['activities/x.ts', `import { a } from '../api/app.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['activities/x.ts', `import { a } from '../providers/twilio/index.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['db/x.ts', `import { z } from 'zod';\nexport const a = z;`, 'no-restricted-imports'],
  ['db/app/stores/x.ts', `import { a } from '../../../config/index.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['db/app/stores/x.ts', `import type { A } from '../../../providers/contract.ts';\nexport type B = A;`, 'no-restricted-imports'],
  ['keys/x.ts', `import { a } from '../db/database.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['keys/x.ts', `import type { A } from '../config/index.ts';\nexport type B = A;`, 'no-restricted-imports'],
  ['activities/x.ts', `import { a } from '../keys/keyring.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['sandbox/x.ts', `import { a } from '../keys/seal.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['workers/x.ts', `import { a } from '../api/app.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['workers/x.ts', `import { a } from '../workflows/index.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['api/x.ts', `import { a } from '../activities/index.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['api/routes/x.ts', `import { a } from '../../workers/worker.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['api/routes/x.ts', `import { A } from '../../db/app/models/a.ts';\nexport const b = A;`, 'no-restricted-imports'],
  ['api/routes/x.ts', `import { a } from '../../workflows/connector.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['telemetry/x.ts', `import type { A } from '../db/database.ts';\nexport type B = A;`, 'no-restricted-imports'],
  ['telemetry/x.ts', `import { z } from 'zod';\nexport const a = z;`, 'no-restricted-imports'],
  ['temporal/x.ts', `import { a } from '../db/database.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['temporal/x.ts', `import { a } from '../workflows/index.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['mapping/x.ts', `import { a } from '../db/database.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['mapping/x.ts', `import { z } from 'zod';\nexport const a = z;`, 'no-restricted-imports'],
  ['notices/x.ts', `import { log } from '@temporalio/activity';\nexport const b = log;`, 'no-restricted-imports'],
  ['notices/x.ts', `import { a } from '../db/database.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['notices/x.ts', `import { a } from '../providers/twilio/index.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['web/src/x.ts', `import { a } from '../../domain/y.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['web/src/pages/x.tsx', `import type { A } from '../../../api/app.ts';\nexport type B = A;`, 'no-restricted-imports'],
  ['web/src/pages/x.tsx', `export const A = () => <p>Nothing here</p>;`, 'jsx-no-literals'],
  ['web/src/pages/x.tsx', `export const A = () => <p aria-label="Nothing here" />;`, 'jsx-no-literals'],
  ['config/x.ts', `import { a } from '../db/database.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['sandbox/x.ts', `import { a } from '../db/database.ts';\nexport const b = a;`, 'no-restricted-imports'],
  ['api/x.ts', `async function a() {}\na();\nexport {};`, 'no-floating-promises'],
  ['api/x.ts', `export async function a() {\n  await 3;\n}`, 'await-thenable'],
];

/** What each room is for must stay green, else the rules above could be red for everything. */
const allowed: [file: string, source: string][] = [
  ['domain/x.ts', `import type { A } from './y.ts';\nexport type B = A;`],
  [
    'providers/twilio/x.ts',
    `import { a } from '../contract.ts';\nimport type { B } from '../../domain/y.ts';\nexport const b: B = a;`,
  ],
  [
    'providers/twilio/x.ts',
    `import twilio from 'twilio';\nimport { z } from 'zod';\nimport { b } from './schema.ts';\nexport const a = [twilio, z, b];`,
  ],
  ['providers/registry.ts', `import { twilio } from './twilio/index.ts';\nexport const a = twilio;`],
  [
    'workflows/x.ts',
    `import { sleep } from '@temporalio/workflow';\nimport { b } from '../domain/y.ts';\nexport const a = [sleep, b];`,
  ],
  ['workflows/x.ts', `import type { A } from '../activities/index.ts';\nexport type B = A;`],
  [
    'mapping/x.ts',
    `import jsonata from 'jsonata';\nimport { fork } from 'node:child_process';\nimport { b } from '../domain/y.ts';\nexport const a = [jsonata, fork, b];`,
  ],
  [
    'notices/x.ts',
    `import { createTransport } from 'nodemailer';\nimport { a } from '../providers/registry.ts';\nimport { b } from '../domain/y.ts';\nimport { c } from './channel.ts';\nexport const d = [createTransport, a, b, c];`,
  ],
  [
    'activities/x.ts',
    `import type { A } from '../db/app/stores/index.ts';\nimport { b } from '../providers/registry.ts';\nexport const a: A = b;`,
  ],
  [
    'db/app/stores/x.ts',
    `import { QueryTypes } from 'sequelize';\nimport { A } from '../models/a.ts';\nimport { b } from '../../../domain/y.ts';\nexport const a = [QueryTypes, A, b];`,
  ],
  [
    'keys/x.ts',
    `import { KMSClient } from '@aws-sdk/client-kms';\nimport { createHash } from 'node:crypto';\nimport { b } from './y.ts';\nexport const a = [KMSClient, createHash, b];`,
  ],
  [
    'temporal/x.ts',
    `import { METADATA_ENCODING_KEY } from '@temporalio/common';\nimport { a } from '../keys/scopes.ts';\nexport const b = [METADATA_ENCODING_KEY, a];`,
  ],
  [
    'workers/x.ts',
    `import { a } from '../activities/index.ts';\nimport { b } from '../db/app/stores/index.ts';\nimport { c } from '../config/index.ts';\nexport const d = [a, b, c];`,
  ],
  [
    'api/routes/x.ts',
    `import { a } from '../../workflows/messages.ts';\nimport type { B } from '../../workflows/connector.ts';\nimport { c } from '../../providers/registry.ts';\nexport const d = [a as B, c];`,
  ],
];

let folder: string;
let reports: Map<string, string[]>;

interface Diagnostic {
  code: string;
  filename: string;
}

/** Lints the whole table at once: each case has a folder of its own, laid out like the repository, under the same configuration. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linkwright-rooms-'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const config = JSON.parse(await readFile(join(root, '.oxlintrc.json'), 'utf8')) as {
    overrides: { files: string[] }[];
  };
  for (const override of config.overrides) override.files = override.files.map((files) => `*/${files}`);
  await writeFile(join(folder, '.oxlintrc.json'), JSON.stringify(config));
  await writeFile(join(folder, 'tsconfig.json'), await readFile(join(root, 'tsconfig.json'), 'utf8'));
  for (const [index, [file, source]] of [...violations, ...allowed].entries()) {
    const path = join(folder, `case-${index}`, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${source}\n`);
  }
  const output = await new Promise<string>((done) => {
    const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
    const args = [oxlint, '--type-aware', '-f', 'json', '-c', '.oxlintrc.json', '.'];
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 32 * 1024 * 1024 }, (_, stdout) => done(stdout));
  });
  reports = new Map();
  for (const { code, filename } of (JSON.parse(output) as { diagnostics: Diagnostic[] }).diagnostics) {
    const key = filename.split('/').find((part) => part.startsWith('case-'))!;
    reports.set(key, [...(reports.get(key) ?? []), code]);
  }
}, 120_000);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the rooms, held by lint', () => {
  it.each(violations.map(([file, source, rule], index) => ({ file, line: source.split('\n')[0], rule, index })))(
    '$file is refused "$line" by $rule',
    ({ rule, index }) => {
      expect(reports.get(`case-${index}`)).toContainEqual(expect.stringContaining(rule));
    },
  );

  it.each(allowed.map(([file, source], index) => ({ file, line: source.split('\n')[0], index: violations.length + index })))(
    '$file may have "$line"',
    ({ index }) => {
      expect(reports.get(`case-${index}`)?.filter((code) => code.includes('restricted')) ?? []).toEqual([]);
    },
  );
});
