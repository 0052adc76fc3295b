/** What the processes of a stack printed, kept for whoever looks into a finding: the stack itself is thrown away. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from './lab.ts';

let folder: string | undefined;

/** Answers the folder. */
export function keepLines({ api, workers, temporal, mysql }: Lab, name: string): string {
  folder ??= mkdtempSync(join(tmpdir(), 'linkwright-faults-'));
  const own = join(folder, name.replaceAll(/\W+/g, '-'));
  mkdirSync(own, { recursive: true });
  for (const service of new Set([api, workers, temporal, mysql.app, mysql.traffic]))
    writeFileSync(join(own, `${service.name}.log`), service.lines.join('\n'));
  return own;
}
