/** The console in a real browser, on the real API and its rows. */
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Role } from '../../domain/permissions.ts';
import { by, company, everything } from '../api/fixtures.ts';
import { startApi, type Api } from '../api/server.ts';
import { flawsOf, looksOfShell, menu, password, startConsole, type Console } from '../harness/console.ts';

let api: Api;
let web: Console;
let ours: Awaited<ReturnType<typeof company>>;

beforeAll(async () => {
  api = await startApi({ publicUrl: 'http://127.0.0.1' });
  web = await startConsole(api);
  ours = await company(api, 'Bright Harbor Plumbing');
  const { connectionId } = await everything(api, ours.id);
  const metric = { companyId: ours.id, connectionId: connectionId!, metricKey: 'messages_delivered' as const };
  await api.stores.cards.save({ ...metric, nextAction: 'Nothing to do.', explanation: 'Reminders by text.' });
  await api.stores.metrics.saveSnapshot({ ...metric, kind: 'baseline', value: '640', at: new Date('2026-11-01T00:00:00Z') });
  await api.stores.metrics.saveSnapshot({ ...metric, kind: 'current', value: '752', at: new Date() });
});
afterEach(async () => {
  expect(await web.closeWindows()).toEqual([]);
});
afterAll(async () => {
  await web.close();
  await api.close();
});
const signedIn = (role: Role, options?: Parameters<Console['signedIn']>[2]) =>
  web.signedIn(role, role === 'platform_admin' ? null : ours.id, options);

describe('Signing in', () => {
  it('by a link leads to setting a password, which then signs in; signing out shows nothing more', async () => {
    const { user, token } = await web.person('company_admin', ours.id);
    const page = await web.open();
    await page.goto(`${api.url}/sign-in/link#${token}`);
    await page.getByLabel('New password').fill('short');
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByText('Give at least 12 characters').waitFor();
    await page.getByLabel('New password').fill(password);
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByRole('heading', { name: 'What needs somebody' }).waitFor();
    await page.getByRole('button', { name: user.name }).click();
    await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goto(`${api.url}/connections`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByLabel('E-mail address').fill(user.email);
    await page.getByRole('textbox', { name: 'Password' }).fill('not my sentence');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('E-mail address or password is wrong').waitFor();
    await page.getByRole('textbox', { name: 'Password' }).fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'What needs somebody' }).waitFor();
  });

  it('by a link that was used says so, and leads on', async () => {
    const { token } = await web.person('viewer', ours.id);
    await api.stores.passwords.useLink(token);
    const page = await web.open();
    await page.goto(`${api.url}/sign-in/link#${token}`);
    await page.getByText('This link was used').waitFor();
    await page.getByRole('link', { name: 'To the sign-in page' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
});

describe('Each role', () => {
  it.each<[Role, string[]]>([
    ['platform_admin', ['Home', 'Connections', 'Failures', 'Incidents', 'Health', 'Messages', 'Reports', 'Audit', 'Portal']],
    ['operator', ['Home', 'Connections', 'Failures', 'Incidents', 'Health', 'Messages', 'Reports', 'Portal']],
    ['viewer', ['Home', 'Connections', 'Incidents', 'Health', 'Reports', 'Portal']],
    ['client', ['Portal']],
  ])('%s has the pages of what they may do', async (role, pages) => {
    const page = await signedIn(role);
    await page.getByRole('navigation').waitFor();
    expect(await page.getByRole('navigation').getByRole('link').allInnerTexts()).toEqual(pages);
  });

  it('a client lands in the portal, and reads no word of ours there', async () => {
    const page = await signedIn('client', { width: 390 });
    await page.getByRole('heading', { name: 'Your numbers' }).waitFor();
    await page.getByRole('article').first().waitFor();
    expect(await page.getByRole('main').innerText()).not.toMatch(/workflow|sync|queue|payload|webhook|conn_|twilio_/i);
  });
});

describe('The shell, with a page for everybody in it', () => {
  // The others have tests of their own.
  const paths = ['/', '/portal', '/own-password'];
  it.each(looksOfShell)('has nothing in anybody’s way, %s at %i pixels', async (scheme, width) => {
    const page = await signedIn('operator', { dark: scheme === 'dark', width });
    const found: string[] = [];
    for (const path of paths) {
      await page.goto(api.url + path);
      for (const flaw of await flawsOf(page)) found.push(`${path}: ${flaw}`);
    }
    expect(found).toEqual([]);
  });
});

describe('The connections', () => {
  it('are searched in an address that can be passed on', async () => {
    const page = await signedIn('viewer');
    await menu(page, 'Connections').click();
    await page.getByRole('link', { name: 'Front desk' }).first().waitFor();
    await page.getByLabel('Search by name or provider').fill('no such thing');
    await page.getByText('No connection fits').waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe('no such thing');
    await page.goto(`${api.url}/connections?q=front`);
    await page.getByRole('link', { name: 'Front desk' }).first().waitFor();
  });
});

describe('The server', () => {
  it('lets a page run and show nothing but our own files', async () => {
    const { headers, status } = await fetch(`${api.url}/connections`);
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[\w+/=]+'; .*frame-ancestors 'none'$/,
    );
    expect((await fetch(`${api.url}/no-such-page`)).status).toBe(404);
    expect((await fetch(`${api.url}/assets/no-such-file.js`)).status).toBe(404);
  });

  it('sends its files compressed to whoever takes that, and as they are to everybody else', async () => {
    const page = await (await fetch(`${api.url}/sign-in`)).text();
    const script = new URL(/src="\.?\/?(assets\/[^"]+\.js)"/.exec(page)![1]!, `${api.url}/`);
    const ask = async (encoding: string) => {
      const answer = await fetch(script, { headers: { 'accept-encoding': encoding } });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
      expect(answer.headers.get('vary')).toContain('Accept-Encoding');
      const { headers } = answer;
      const [packing, length] = [headers.get('content-encoding'), Number(headers.get('content-length'))];
      return { packing, length, text: await answer.text() };
    };
    const [plain, gzip, brotli] = [await ask('identity'), await ask('gzip'), await ask('gzip, br')];
    expect([plain.packing, gzip.packing, brotli.packing]).toEqual([null, 'gzip', 'br']);
    expect([gzip.text, brotli.text]).toEqual([plain.text, plain.text]);
    expect(brotli.length).toBeLessThan(gzip.length);
    expect(gzip.length).toBeLessThan(plain.length / 2);
  });

  it('works under a path of a site that has others', async () => {
    const below = await startApi({ publicUrl: 'http://127.0.0.1/linkwright' });
    const { port } = new URL(below.url);
    const site = createServer((request, response) => {
      const path = request.url!.replace(/^\/linkwright/, '');
      if (path === request.url) return response.writeHead(404).end();
      const { method, headers } = request;
      return request.pipe(
        forward({ port, method, path, headers }, (answer) => {
          response.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(response);
        }).on('error', () => response.destroy()), // the API closes what is still open when it stops
      );
    }).listen(0, '127.0.0.1');
    await once(site, 'listening');
    try {
      const facts = { companyId: null, name: 'Ann', email: 'ann@example.com', phone: null, role: 'platform_admin' as const };
      const { token } = await below.stores.passwords.createLink(
        await below.stores.users.create(facts, by),
        { validForMs: 60_000 },
        by,
      );
      const page = await web.open();
      const at = `http://127.0.0.1:${(site.address() as AddressInfo).port}/linkwright`;
      await page.goto(`${at}/sign-in/link#${token}`);
      await page.getByRole('link', { name: 'Later' }).click();
      await page.getByText('There is no company yet').waitFor();
      expect(page.url()).toBe(`${at}/`);
    } finally {
      site.closeAllConnections();
      site.close();
      await below.close();
    }
  });
});
