/** The whole story on real processes; then every place where a secret could have come out is searched for each of them. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routes } from '../../api/routes/index.ts';
import { tellStory, type Told } from '../../scripts/demo/story.ts';
import { findInHistories } from '../harness/canary.ts';
import { answerConsent, beginHubspot, walkToConsent, type HubspotScene } from '../harness/hubspot-connection.ts';
import { createCompany } from '../harness/scene.ts';
import { startStack, type Stack } from '../harness/stack.ts';
import { until } from '../harness/until.ts';

const root = resolve(import.meta.dirname, '../..');
const by = { actor: 'test' };
let stack: Stack;
let told: Told;
let companyId: string;
let keys: { platform: string; viewer: string };
/** By name, so that a failure tells which one came out without showing it again. */
let secrets: Record<string, string>;
/** A connection with the tokens of a consent in force, and what the API said while they came and were renewed. */
let hubspot: HubspotScene & { said: string[] };

beforeAll(async () => {
  stack = await startStack();
  ({ companyId } = await createCompany(stack));
  const make = async (role: 'platform_admin' | 'viewer') =>
    (await stack.app.apiKeys.create({ companyId: role === 'viewer' ? companyId : null, role, label: role }, by)).key;
  keys = { platform: await make('platform_admin'), viewer: await make('viewer') };
  told = await tellStory({
    apiUrl: stack.url,
    sandboxUrl: stack.sandbox.url,
    adminKey: keys.platform,
    companyId,
    notifyAccountSid: stack.notifyAccountSid,
    say: () => undefined,
  });
  const { values } = (await stack.app.credentials.active(told.connectionId))!;
  secrets = { ...stack.secrets, platformKey: keys.platform, viewerKey: keys.viewer, authToken: values['authToken']! };
  Object.assign(secrets, await consentAndRenew());
}, 180_000);
afterAll(() => stack?.stop());

/** A person consents and the worker renews the access token once; answers every secret of the way. */
async function consentAndRenew(): Promise<Record<string, string>> {
  const scene = await beginHubspot(stack);
  const said: string[] = [];
  const walk = await walkToConsent(scene);
  const back = await answerConsent(scene, walk);
  for (const status of [200, 409]) {
    const page = await walk.browser.get(back);
    expect(page.status).toBe(status);
    said.push(`${JSON.stringify([...page.headers])}\n${page.text}`);
  }
  const held = async () => (await stack.app.tokens.held(scene.connectionId))[0]!.values;
  const first = await held();
  await stack.sandbox.control('hubspot', 'endAccessTokens', { portalId: scene.portalId });
  const records = await scene.call('POST', `/connections/${scene.connectionId}/onboarding/records`, {});
  said.push(JSON.stringify(records));
  const renewed = await until(held, (values) => values['accessToken'] !== first['accessToken']);
  hubspot = { ...scene, said };
  const { searchParams } = new URL(back);
  const [cookie] = walk.opened.headers.getSetCookie();
  return {
    adminKey: scene.key,
    link: walk.url.split('/').at(-1)!,
    state: searchParams.get('state')!,
    code: searchParams.get('code')!,
    verifier: /=([^;]+)/.exec(cookie!)![1]!,
    accessToken: first['accessToken']!,
    renewedAccessToken: renewed['accessToken']!,
    refreshToken: renewed['refreshToken']!,
  };
}

const namesIn = (text: string) => Object.entries(secrets).flatMap(([name, value]) => (text.includes(value) ? [name] : []));
const ask = async (
  path: string,
  init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
  key = keys.platform,
) => {
  const answer = await fetch(stack.url + path, { ...init, headers: { authorization: `Bearer ${key}`, ...init.headers } });
  return { status: answer.status, text: `${JSON.stringify([...answer.headers])}\n${await textOf(answer)}` };
};

/** All of it; of what goes on for minutes the first word, which says all that later ones say. */
async function textOf(answer: Response): Promise<string> {
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) return answer.text();
  const reader = answer.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}

describe('No secret is', () => {
  it('short enough to be found by accident', () => {
    expect(Object.keys(secrets)).toHaveLength(15);
    for (const value of Object.values(secrets)) expect(value.length).toBeGreaterThan(20);
  });

  it('in a history, as it is stored or opened', async () => {
    const codec = stack.client.options.loadedDataConverter.payloadCodecs[0]!;
    expect(await findInHistories(stack.client, codec, Object.values(secrets))).toEqual([]);
  });

  it('in a line that API or workers wrote', () => {
    expect(stack.api.lines.length + stack.workers.lines.length).toBeGreaterThan(20);
    expect(namesIn([...stack.api.lines, ...stack.workers.lines].join('\n'))).toEqual([]);
  });

  it('in the arguments of a process, where every user of the machine sees it', () => {
    for (const { name, pid } of [stack.api, stack.workers, stack.temporal, stack.mysql.app]) {
      const args = execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
      expect(args.trim()).not.toBe('');
      expect([name, namesIn(args)]).toEqual([name, []]);
      expect(args).not.toMatch(/--report|heapsnapshot|--inspect/);
    }
  });

  it('in the answer of any route that reads, by the highest role and by a low one', async () => {
    const { company, connectionId, keyId, key: admin } = hubspot;
    const scenes: [ids: Record<string, string>, keys: string[]][] = [
      [{ ...told, companyId, providerKey: 'twilio' } as never, [keys.platform, keys.viewer]],
      [
        { companyId: company.companyId, connectionId, keyId, userId: company.admin.id, providerKey: 'hubspot' },
        [keys.platform, admin],
      ],
    ];
    for (const [ids, callers] of scenes) {
      const reached: string[] = [];
      for (const { method, path } of routes) {
        if (method !== 'get') continue;
        const filled = `/v1${path.replace(/:(\w+)/g, (_, name: string) => ids[name] ?? ids['connectionId']!)}`;
        for (const key of callers) {
          const { status, text } = await ask(filled, {}, key);
          expect([path, namesIn(text)]).toEqual([path, []]);
          if (status === 200) reached.push(path);
        }
      }
      expect(new Set(reached).size).toBeGreaterThan(25);
    }
  });

  it('in what a person is shown when a consent is taken, comes again, or is not known, or in the answer of a step that renews', async () => {
    expect(hubspot.said).toHaveLength(3);
    for (const text of hubspot.said) expect(namesIn(text)).toEqual([]);
    const { code, state } = secrets as { code: string; state: string };
    for (const path of [`/oauth/callback?code=${code}&state=${'A'.repeat(43)}`, `/oauth/callback?error=${code}&state=${state}`]) {
      const { status, text } = await ask(path);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(namesIn(text)).toEqual([]);
    }
  });

  it('in metrics, in documents, or in what is said of a request that fails', async () => {
    for (const path of ['/metrics', '/readyz', '/openapi.json', '/nowhere']) expect(namesIn((await ask(path)).text)).toEqual([]);
    const kept = secrets['authToken']!;
    const headers = { 'content-type': 'application/json' };
    const credentials = { kind: 'basic', values: { accountSid: told.accountSid, authToken: `${kept} `, also: kept } };
    const bodies = [JSON.stringify({ credentials }), `{"credentials": "${kept}`, JSON.stringify({ reason: kept, [kept]: 1 })];
    for (const command of ['reauthorize', 'pause', 'settings'])
      for (const body of bodies.slice(0, 2)) {
        const answer = await ask(`/v1/connections/${told.connectionId}/${command}`, { method: 'POST', headers, body });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect([command, namesIn(answer.text)]).toEqual([command, []]);
      }
    expect(namesIn([...stack.api.lines, ...stack.workers.lines].join('\n'))).toEqual([]);
  });
});

/** How keys look that vendors and we give out. */
const keyLike =
  /AKIA[0-9A-Z]{16}|gh[ps]_[A-Za-z0-9]{36}|xox[bap]-\d{6,}|sk_live_\w{10,}|pat-(na1|eu1)-[0-9a-f]{8}-|AIza[\w-]{35}|\blw_[0-9a-f]{12}_[\w-]{43}|\bSK[0-9a-f]{32}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}/;

function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (['node_modules', '.git', '.linkwright', 'coverage'].includes(entry.name)) continue;
    if (entry.isDirectory()) yield* filesBelow(join(folder, entry.name));
    else if (entry.isFile()) yield join(folder, entry.name);
  }
}

describe('The repository', () => {
  it('holds nothing that looks like a key', () => {
    const files = [...filesBelow(root)];
    expect(files.length).toBeGreaterThan(400);
    expect(files.filter((file) => keyLike.test(readFileSync(file, 'utf8')))).toEqual([]);
  });

  it('would notice one', () => {
    expect(['AKIA', 'A'.repeat(16)].join('')).toMatch(keyLike);
    // Freshly made: the pattern follows the form of today's keys.
    for (const key of Object.values(keys)) expect(`key: "${key}"`).toMatch(keyLike);
  });

  it('starts no process that writes dumps', () => {
    for (const file of ['package.json', 'Dockerfile', 'docker-compose.yml', 'scripts/setup/engine.mjs'])
      expect(readFileSync(join(root, file), 'utf8')).not.toMatch(/--report-|heapsnapshot|--inspect|--abort-on-uncaught/);
  });
});
