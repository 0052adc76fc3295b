/** The console in a real browser, on a real API: people of each role in windows of their own. */
import type { Browser, Page } from 'playwright-core';
import type { Role } from '../../domain/permissions.ts';
import { by } from '../api/fixtures.ts';
import type { Api } from '../api/server.ts';
import { barriers, openWindow, startChromium, type Window } from './chromium.ts';
import { until } from './until.ts';

export const password = 'a sentence of my own';

export interface Console {
  browser: Browser;
  /** A window in which nobody is signed in. */
  open(options?: WindowOptions): Promise<Page>;
  person(role: Role, companyId: string | null): Promise<{ user: { id: string; name: string; email: string }; token: string }>;
  /** Signed in as a new person of that role, on the page that they land on. */
  signedIn(role: Role, companyId: string | null, options?: WindowOptions): Promise<Page>;
  /** Closes what was opened, and answers what went wrong in it unseen. */
  closeWindows(): Promise<string[]>;
  close(): Promise<void>;
}
type WindowOptions = NonNullable<Parameters<typeof openWindow>[1]>;

export async function startConsole(api: Pick<Api, 'url' | 'stores'>): Promise<Console> {
  const browser = await startChromium();
  let windows: Window[] = [];
  let people = 0;
  async function person(role: Role, companyId: string | null) {
    people += 1;
    const facts = { companyId, name: `Person ${people}`, email: `p${people}@example.com`, phone: null, role };
    const user = await api.stores.users.create(facts, by);
    const { token } = await api.stores.passwords.createLink(user, { validForMs: 60_000 }, by);
    return { user, token };
  }
  async function open(options?: WindowOptions) {
    const window = await openWindow(browser, options);
    windows.push(window);
    return window.page;
  }
  return {
    browser,
    open,
    person,
    async signedIn(role, companyId, options) {
      const { user, token } = await person(role, companyId);
      await api.stores.passwords.set(user, password, by);
      const page = await open(options);
      await page.goto(`${api.url}/sign-in/link#${token}`);
      await page.getByRole('banner').waitFor();
      return page;
    },
    async closeWindows() {
      const opened = windows;
      windows = [];
      await Promise.all(opened.map((window) => window.close()));
      return opened.flatMap(({ complaints }) => complaints);
    },
    close: () => browser.close(),
  };
}

/** A page in the menu: links of the same words may stand on the page that is shown, too, once it has loaded. */
export const menu = (page: Page, name: string) => page.getByRole('navigation').getByRole('link', { name, exact: true });

/** What is in anybody's way on the page that is shown: what axe finds, and whether it scrolls sideways. Each is a sentence. */
export async function flawsOf(page: Page): Promise<string[]> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('[aria-busy]').first().waitFor({ state: 'detached' });
  const fits = () => page.evaluate<boolean>('document.documentElement.scrollWidth <= document.documentElement.clientWidth');
  // What fades in or out has no colour of its own yet; what turns for as long as something is awaited never ends.
  await page.evaluate(`Promise.allSettled(document.getAnimations()
    .filter((each) => each.effect.getComputedTiming().iterations !== Infinity).map((each) => each.finished))`);
  // A window that has just been made narrower is not yet laid out.
  const hasRoom = await until(fits, Boolean, 3_000).catch(() => false);
  return [...(await barriers(page)), ...(hasRoom ? [] : ['The page scrolls sideways.'])];
}

/** Each page is looked at in both: no colour of it depends on its width. What stands around every page is looked at in all four. */
export const looks = [
  ['light', 1_280],
  ['dark', 390],
] as const;
export const looksOfShell = [...looks, ['dark', 1_280], ['light', 390]] as const;

/** What stands in anybody's way in any of them: one page, looked at by the one and by the other. */
export async function flawsInEveryLook(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const [colorScheme, width] of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    for (const flaw of await flawsOf(page)) found.push(`${colorScheme} at ${width} pixels: ${flaw}`);
  }
  return found;
}
