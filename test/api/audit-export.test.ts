/** The audit log as its readers have it: exported, anchored, and verified by the commands that an operator runs. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { company, platformKey } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

const scripts = fileURLToPath(new URL('../../scripts', import.meta.url));
const formula = '=HYPERLINK("http://evil.example")\n2026 forged line';
let api: Api;
let ours: Awaited<ReturnType<typeof company>>;
let platform: string;
let folder: string;

beforeAll(async () => {
  api = await startApi();
  ours = await company(api, 'Ours');
  platform = await platformKey(api);
  folder = await mkdtemp(join(tmpdir(), 'linkwright-audit-'));
  for (let place = 0; place < 1_500; place += 1)
    await api.stores.audit.append({
      companyId: ours.id,
      actor: 'user_a',
      action: 'template.update',
      subject: `thing_${place}`,
      outcome: 'done',
      after: { name: formula },
      from: '192.0.2.7',
    });
});
afterAll(async () => {
  await api.close();
  await rm(folder, { recursive: true, force: true });
});

const period = (from: Date, to: Date) => `from=${from.toISOString()}&to=${to.toISOString()}`;
const always = period(new Date(0), new Date(Date.now() + 86_400_000));
const download = async (key: string, path = `/companies/${ours.id}/audit/export?${always}`) =>
  api.call('GET', `/v1${path}`, { key });

async function run(script: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const env = {
    PATH: process.env['PATH'],
    APP_DATABASE_URL: api.urls.appUrl,
    TRAFFIC_DATABASE_URL: api.urls.trafficUrl,
    MASTER_KEY: api.masterKey.toString('base64'),
    PUBLIC_URL: 'https://hooks.example.com',
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(scripts, script), ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}
async function verifyFile(text: string) {
  const file = join(folder, 'export.ndjson');
  await writeFile(file, text);
  return run('audit-verify.ts', '--file', file);
}

describe('An export', () => {
  it('has every entry of the period in order, verifies by itself, and tells that it was made', async () => {
    const answer = await download(ours.keys.company_admin);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    const lines = answer.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.slice(1, -1).map(({ sequence }) => sequence)).toEqual(lines.slice(1, -1).map((_, place) => place + 1));
    expect(lines.at(-1)).toMatchObject({ line: 'end', entries: lines.length - 2 });
    expect(lines.at(-2)).toMatchObject({ action: 'audit.export', outcome: 'done' });
    expect(await verifyFile(answer.text)).toEqual({
      code: 0,
      output: `1 chains with ${lines.length - 2} entries, 0 of them erased: all fit.\n`,
    });
  });

  it('of a later period names the entry before it, and verifies as well', async () => {
    const middle = (await api.stores.audit.list({ companyId: ours.id, limit: 1, cursor: '900' })).items[0]!;
    const answer = await download(ours.keys.company_admin, `/companies/${ours.id}/audit/export?${period(middle.at, new Date())}`);
    expect(JSON.parse(answer.text.split('\n')[0]!).after.sequence).toBeGreaterThan(1);
    expect((await verifyFile(answer.text)).code).toBe(0);
    const nothing = await download(
      ours.keys.company_admin,
      `/companies/${ours.id}/audit/export?${period(new Date(0), new Date(1))}`,
    );
    expect(nothing.text.trimEnd().split('\n')).toHaveLength(2);
  });

  it('keeps text that would be a formula or a line of its own inside its JSON', async () => {
    const { text } = await download(ours.keys.company_admin);
    expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('{"line":'))).toEqual([]);
    expect(JSON.parse(text.split('\n')[700]!).personal.body.after.name).toBe(formula);
  });

  it.each([
    ['an entry was edited', (text: string) => text.replace('"thing_41"', '"thing_42"'), 'was edited'],
    ['an address was edited', (text: string) => text.replace('192.0.2.7', '192.0.2.8'), 'The personal part of entry'],
    ['an entry was removed', (text: string) => text.split('\n').toSpliced(50, 1).join('\n'), 'Entry 50 was removed.'],
    ['its end is missing', (text: string) => text.slice(0, text.length / 2), 'no JSON'],
    ['its last line is missing', (text: string) => text.trimEnd().split('\n').slice(0, -1).join('\n'), 'ends early'],
    ['it is another file', () => '{}\n', 'does not begin like an export'],
  ])('does not verify when %s', async (_, edit, sentence) => {
    const { code, output } = await verifyFile(edit((await download(ours.keys.company_admin)).text));
    expect([code, output]).toEqual([1, expect.stringContaining(sentence)]);
  });

  it('is for admins, of their own company', async () => {
    expect((await download(ours.keys.operator)).status).toBe(403);
    const theirs = await company(api, 'Theirs');
    expect((await download(theirs.keys.company_admin)).status).toBe(404);
    expect((await download(platform, `/audit/export?${always}`)).text).toContain('"chain":"platform"');
    expect((await download(platform, `/audit/export?companyId=${ours.id}&${always}`)).text).toContain(`"chain":"${ours.id}"`);
    expect((await download(ours.keys.company_admin, `/audit/export?${always}`)).status).toBe(403);
  });

  it('of a period that ends before it begins is refused by its field', async () => {
    const path = `/companies/${ours.id}/audit/export?${period(new Date(2), new Date(1))}`;
    const { status, body } = await download(ours.keys.company_admin, path);
    expect([status, body.error.issues[0].path]).toEqual([400, 'to']);
  });
});

describe('The commands', () => {
  it('anchor every chain, and verify them all', async () => {
    const anchors = await run('audit-anchors.ts');
    expect(anchors.code).toBe(0);
    const chains = anchors.output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).chain);
    expect(chains).toEqual(expect.arrayContaining([ours.id, 'platform']));
    expect(await run('audit-verify.ts')).toEqual({ code: 0, output: expect.stringContaining('all fit') });
  });

  it('name what was edited, though every hash behind it was made anew and the stored anchors were deleted', async () => {
    const kept = join(folder, 'anchors.ndjson');
    await writeFile(kept, (await run('audit-anchors.ts')).output);
    const damaged = await company(api, 'Damaged');
    const { app } = api.databases;
    await app.query(`UPDATE audit_log SET actor = 'user_b' WHERE chain = '${damaged.id}' AND sequence = 2`);
    const found = await run('audit-verify.ts', '--company', damaged.id);
    expect(found.code).toBe(1);
    expect(found.output).toMatch(new RegExp(`${damaged.id} edited: Entry 2 .*\\n  It says now: .* user_b key.create`));
    expect((await run('audit-verify.ts', '--company', ours.id)).code).toBe(0);

    await app.query(`DELETE FROM audit_anchors WHERE chain = '${ours.id}'`);
    await app.query(`DELETE FROM audit_log WHERE chain = '${ours.id}' AND sequence > 1000`);
    await app.query(
      `UPDATE audit_chains c JOIN audit_log l ON l.chain = c.chain AND l.sequence = 1000
       SET c.sequence = 1000, c.hash = l.hash WHERE c.chain = '${ours.id}'`,
    );
    expect((await run('audit-verify.ts', '--company', ours.id)).code).toBe(0);
    const against = await run('audit-verify.ts', '--company', ours.id, '--anchors', kept);
    expect([against.code, against.output]).toEqual([1, expect.stringMatching(/removed: Entries 1001 to \d+ were removed/)]);
  });

  it('see an anchor that was edited, and one that another key made', async () => {
    const { id } = await company(api, 'Anchored');
    for await (const _ of api.stores.auditAnchors.anchor(new Date()));
    const [before] = await api.stores.auditAnchors.list(id);
    expect(await api.stores.auditAnchors.isOurs(before!)).toBe(true);
    expect(await api.stores.auditAnchors.isOurs({ ...before!, sequence: before!.sequence + 1 })).toBe(false);
    await api.databases.app.query(`UPDATE audit_anchors SET hash = REVERSE(hash) WHERE chain = '${id}'`);
    const { code, output } = await run('audit-verify.ts', '--company', id);
    expect([code, output]).toEqual([1, expect.stringContaining('was edited, or another platform key made it')]);
  });
});
