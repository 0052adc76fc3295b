/** The portal: what a client reads on a phone, on paper, and in a frame of the platform that they come from. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { by, company, everything } from '../api/fixtures.ts';
import { startApi, type Api } from '../api/server.ts';
import { flawsOf, looks, startConsole, type Console } from '../harness/console.ts';

/** Words of ours: no client reads one. */
const internal =
  /workflow|sync|queue|payload|webhook|connector|temporal|database|\bAPI\b|JSON|token|retr(y|ies)|reauthor|onboarding|fallback|mapping|schedule|cursor|schema|escalat|incident|operator|null|undefined|NaN|(conn|comp|note|rep|snap)_|messages_delivered|Linkwright needs/i;

let hosts: Server[];
let api: Api;
let web: Console;
let ours: Awaited<ReturnType<typeof company>>;
let things: Record<string, string>;

const originOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  // A page with one frame, at whatever address its query says.
  hosts = [0, 1].map(() =>
    createServer((request, response) => {
      const src = new URL(request.url!, 'http://host').searchParams.get('src') ?? '';
      response.setHeader('content-type', 'text/html');
      response.end(`<title>Host</title><h1>Host</h1><iframe title="Portal" width="380" height="700" src="${src}"></iframe>`);
    }).listen(0, '127.0.0.1'),
  );
  await Promise.all(hosts.map((host) => once(host, 'listening')));
  api = await startApi({ publicUrl: 'http://127.0.0.1', portalEmbedOrigins: [originOf(hosts[0]!)] });
  web = await startConsole(api);
  ours = await company(api, 'Bright Harbor Plumbing');
  things = await everything(api, ours.id);
  const metric = { companyId: ours.id, connectionId: things['connectionId']!, metricKey: 'messages_delivered' as const };
  await api.stores.cards.save({ ...metric, nextAction: 'Nothing to do.', explanation: 'Reminders by text.' });
  await api.stores.metrics.saveSnapshot({ ...metric, kind: 'baseline', value: '640', at: new Date('2026-11-01T00:00:00Z') });
  await api.stores.metrics.saveSnapshot({ ...metric, kind: 'current', value: '1752', at: new Date() });
  await api.stores.connections.markSucceeded(metric.connectionId, new Date());
  await api.stores.notes.publish(things['noteId']!, by);
  await api.stores.reports.publish(things['reportId']!, by);
});
afterEach(async () => {
  expect(await web.closeWindows()).toEqual([]);
});
afterAll(async () => {
  await web.close();
  await api.close();
  for (const host of hosts) host.close();
});

async function link(key = ours.keys.company_admin): Promise<string> {
  const { body } = await api.call('POST', `/v1/companies/${ours.id}/portal/links`, { key, body: {} });
  return body.url.replace('http://127.0.0.1', api.url);
}
const framed = (host: Server, src: string) => `${originOf(host)}/?src=${encodeURIComponent(src)}`;
const client = (options?: Parameters<Console['signedIn']>[2]) => web.signedIn('client', ours.id, options);

describe('The portal', () => {
  it('shows numbers, notes and reports on a phone, the first number without a scroll, in no word of ours', async () => {
    const page = await client({ width: 390 });
    await page.getByText('1,752').waitFor();
    expect((await page.getByText('1,752').boundingBox())!.y).toBeLessThan(500);
    await page.getByText('Everything here is up to date.').waitFor();
    await page.getByText('At the start: 640 (Nov 1, 2026)').waitFor();
    await page.getByRole('article').filter({ hasText: 'Texts are up.' }).getByText('Reminders went out.').waitFor();
    await page.getByRole('heading', { name: 'Week of Nov 16 – 22, 2026' }).waitFor();
    expect(await page.locator('body').innerText()).not.toMatch(internal);
  });

  it.each([
    ['paused', 'Updates are paused'],
    ['degraded', 'Updates are delayed'],
    ['needs_reauthorization', 'Updates wait for the account to be connected again'],
    ['disconnected', 'This source is no longer connected'],
  ] as const)('says in plain words that a source is %s', async (state, sentence) => {
    const other = await company(api, 'Elsewhere');
    const { connectionId } = await everything(api, other.id);
    const metric = { companyId: other.id, connectionId: connectionId!, metricKey: 'messages_delivered' as const };
    await api.stores.cards.save({ ...metric, nextAction: 'Nothing to do.', explanation: 'Reminders.' });
    await api.stores.metrics.saveSnapshot({ ...metric, kind: 'current', value: '7', at: new Date() });
    await api.stores.connections.setState(connectionId!, state, 'Test.', 'test');
    const page = await web.signedIn('client', other.id);
    await page.getByText(sentence).waitFor();
    await page.getByText('This is not up to date, and says why.').waitFor();
    expect(await page.locator('body').innerText()).not.toMatch(internal);
  });

  it('is printed without the menu, black on white', async () => {
    const page = await client({ dark: true });
    await page.getByText('1,752').waitFor();
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.getByRole('navigation').isVisible()).toBe(false);
    expect(await page.getByRole('button', { name: 'Print' }).isVisible()).toBe(false);
    const article = page.getByRole('article').first();
    const colours = await article.evaluate((element: any) =>
      (({ color, backgroundColor }) => [color, backgroundColor])((globalThis as any).getComputedStyle(element)),
    );
    expect(colours).toEqual(['rgb(0, 0, 0)', 'rgb(255, 255, 255)']);
  });

  it('goes on showing what it has when it cannot be read again, says how old that is, and names no part of ours', async () => {
    const page = await client();
    await page.clock.install();
    await page.reload();
    await page.getByText('1,752').waitFor();
    await page.route('**/portal/cards', (route) => route.abort());
    await untilGivenUp(page);
    await page.getByText('What is shown is from').waitFor();
    await page.getByText('1,752').waitFor();
    await page.reload();
    await untilGivenUp(page);
    await page.getByText('Your numbers cannot be shown just now').waitFor();
    expect(await page.locator('body').innerText()).not.toMatch(internal);
  });
});

/** Everything is asked four times, with pauses that the test does not wait for. */
async function untilGivenUp(page: Page): Promise<void> {
  for (let time = 0; time < 4; time += 1) {
    const failed = page.waitForEvent('requestfailed');
    await page.clock.fastForward(31_000);
    await failed;
  }
}

describe('A link into the portal', () => {
  it('is made by an admin, who sees it once, with its end and how it is put into a page', async () => {
    const page = await web.signedIn('company_admin', ours.id);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto(`${api.url}/portal`);
    await page.getByRole('button', { name: 'Share the portal' }).click();
    const dialog = page.getByRole('dialog', { name: 'A link into the portal' });
    await dialog.getByRole('button', { name: 'Make the link' }).click();
    await dialog.getByText('It is shown here once and kept nowhere').waitFor();
    const end = await dialog.getByRole('time').getAttribute('datetime');
    expect(Math.abs(new Date(end!).getTime() - Date.now() - 3_600_000)).toBeLessThan(60_000);
    await dialog.getByRole('region', { name: 'In a page of your own' }).getByText('<iframe src=').waitFor();
    await dialog.getByRole('button', { name: 'Copy the link' }).click();
    await dialog.getByRole('button', { name: 'Copied' }).waitFor();
    const url = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(await flawsOf(page)).toEqual([]);

    const visitor = await web.open();
    await visitor.goto(url.replace('http://127.0.0.1', api.url));
    await visitor.getByText('1,752').waitFor();
    expect(await visitor.getByRole('button', { name: 'Share the portal' }).count()).toBe(0);

    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('button', { name: 'Share the portal' }).click();
    await dialog.getByRole('button', { name: 'Make the link' }).waitFor();
    expect(await page.content()).not.toContain(url.split('#')[1]);
    const operator = await web.signedIn('operator', ours.id);
    await operator.goto(`${api.url}/portal`);
    await operator.getByText('1,752').waitFor();
    expect(await operator.getByRole('button', { name: 'Share the portal' }).count()).toBe(0);
  });
});

describe('The portal in a frame', () => {
  it('is shown by a page of a listed origin, by the link alone', async () => {
    const page = await web.open();
    await page.goto(framed(hosts[0]!, await link()));
    const portal = page.frameLocator('iframe');
    await portal.getByText('1,752').waitFor();
    await portal.getByText('Texts are up.').waitFor();
    expect(await portal.locator('body').innerText()).not.toMatch(internal);
    expect(await page.context().cookies()).toEqual([]);
  });

  it('is not shown by a page of another origin', async () => {
    const page = await web.open();
    await page.goto(framed(hosts[1]!, await link()));
    await page.getByRole('heading', { name: 'Host' }).waitFor();
    expect(await page.frameLocator('iframe').getByText('1,752').count()).toBe(0);
    expect(await web.closeWindows()).toEqual([expect.stringContaining('frame-ancestors')]);
  });

  it('is the only page that may be framed', async () => {
    const policyOf = async (path: string) => (await fetch(api.url + path)).headers.get('content-security-policy');
    expect(await policyOf('/portal')).toMatch(/frame-ancestors 'none'$/);
    expect(await policyOf('/portal/embed')).toMatch(new RegExp(`frame-ancestors ${originOf(hosts[0]!)}$`));
    expect((await fetch(`${api.url}/portal/embed`)).headers.get('x-frame-options')).toBeNull();
  });

  it('shows the link’s company, whoever is signed in in that browser', async () => {
    const page = await web.signedIn('client', (await company(api, 'Another')).id);
    await page.getByText('Nothing to show yet').waitFor();
    await page.goto(await link());
    await page.getByText('1,752').waitFor();
  });

  it('says so when the link is not whole, and when it ends while the page is open', async () => {
    const page = await web.open({ width: 390 });
    const whole = await link();
    await page.goto(`${whole.slice(0, -3)}AAA`);
    await page.getByText('This link is not whole').waitFor();
    expect(await flawsOf(page)).toEqual([]);

    const { id, key } = await api.stores.apiKeys.create({ companyId: ours.id, role: 'company_admin', label: 'host' }, by);
    const other = await web.open({ width: 390 });
    await other.clock.install();
    await other.goto(await link(key));
    await other.getByText('1,752').waitFor();
    await api.stores.apiKeys.revoke(id, by);
    await other.clock.fastForward(31_000);
    await other.getByText('This link no longer holds').waitFor();
    expect(await other.getByText('1,752').count()).toBe(0);
    expect(await other.locator('body').innerText()).not.toMatch(internal);
  });
});

describe('Nothing is in anybody’s way', () => {
  it.each(looks)('%s at %i pixels', async (scheme, width) => {
    const options = { dark: scheme === 'dark', width };
    const page = await client(options);
    await page.getByText('1,752').waitFor();
    expect(await flawsOf(page)).toEqual([]);
    const other = await web.open(options);
    await other.goto(await link());
    await other.getByText('1,752').waitFor();
    expect(await flawsOf(other)).toEqual([]);
  });
});
