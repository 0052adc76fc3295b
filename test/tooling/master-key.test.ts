/** The key file of `npm start`: when it is made, and when it is not. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const { ensureMasterKey, keepOnlyTheDatas } = (await import(
  `${resolve(import.meta.dirname, '../..')}/scripts/setup/master-key.mjs`
)) as {
  ensureMasterKey(file: string, env: Record<string, string>): { env: Record<string, string>; isNew: boolean };
  keepOnlyTheDatas(file: string, check: () => Promise<{ code: number; output: string }>): Promise<void>;
};

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linkwright-key-'));
  file = join(folder, 'master.key');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('The master key of a local start', () => {
  it.each(['MASTER_KEY', 'MASTER_KEY_FILE', 'MASTER_KEY_KMS_ARN'])('is not made beside %s', async (name) => {
    expect(ensureMasterKey(file, { [name]: 'given' })).toEqual({ env: {}, isNew: false });
    expect(await readdir(folder)).toEqual([]);
  });

  it('is made once, for its owner alone, and refused when others can read it', async () => {
    expect(ensureMasterKey(file, {})).toEqual({ env: { MASTER_KEY_FILE: file }, isNew: true });
    expect((await stat(file)).mode & 0o077).toBe(0);
    const made = await readFile(file, 'utf8');
    expect(Buffer.from(made, 'base64')).toHaveLength(32);
    expect(ensureMasterKey(file, { MASTER_KEY: '' })).toEqual({ env: { MASTER_KEY_FILE: file }, isNew: false });
    expect(await readFile(file, 'utf8')).toBe(made);
    await chmod(file, 0o604);
    expect(() => ensureMasterKey(file, {})).toThrow('Others can read the master key');
  });

  it('is taken away again only when the data is known to need another one', async () => {
    await writeFile(file, 'new');
    await keepOnlyTheDatas(file, async () => ({ code: 0, output: '' }));
    const unsure = keepOnlyTheDatas(file, async () => ({ code: 1, output: 'The database does not answer.' }));
    await expect(unsure).rejects.toThrow('The database does not answer.');
    expect(await readFile(file, 'utf8')).toBe('new');
    await expect(keepOnlyTheDatas(file, async () => ({ code: 3, output: 'Another key.' }))).rejects.toThrow(
      /no master key in .*Another key/s,
    );
    expect(await readdir(folder)).toEqual([]);
  });
});
