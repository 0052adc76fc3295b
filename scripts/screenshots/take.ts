import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Role } from '../../domain/permissions.ts';
import type { PageShown } from './pages.ts';

const looks = [
  { width: 1_280, scheme: 'light' },
  { width: 1_280, scheme: 'dark' },
  { width: 390, scheme: 'light' },
  { width: 390, scheme: 'dark' },
] as const;

interface Taking {
  browser: Browser;
  folder: string;
  apiUrl: string;
  pages: PageShown[];
  /** The token of a link that signs a person of that role in, once. */
  linkOf(role: Role): Promise<string>;
}

/** `<name>-<width>-<scheme>.png` of each page; the number of files. */
export async function takeAll({ browser, folder, apiUrl, pages, linkOf }: Taking): Promise<number> {
  const cookies = new Map<Role, Awaited<ReturnType<typeof signIn>>>();
  for (const role of new Set(pages.flatMap((page) => page.role ?? [])))
    cookies.set(role, await signIn(browser, apiUrl, await linkOf(role)));
  for (const { width, scheme } of looks)
    for (const { name, path, role } of pages) {
      const context = await browser.newContext({
        viewport: { width, height: 800 },
        colorScheme: scheme,
        reducedMotion: 'reduce',
        locale: 'en-US',
        ...(role && { storageState: cookies.get(role)! }),
      });
      const page = await context.newPage();
      await page.goto(apiUrl + path);
      await isShown(page);
      await showWhole(page, width);
      await page.screenshot({ path: join(folder, `${name}-${width}-${scheme}.png`) });
      await context.close();
    }
  return looks.length * pages.length;
}

async function signIn(browser: Browser, apiUrl: string, token: string) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${apiUrl}/sign-in/link#${token}`);
  await page.getByRole('banner').waitFor();
  const state = await context.storageState();
  await context.close();
  return state;
}

/** Not while it loads: a picture of a skeleton tells nobody anything. */
async function isShown(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('[aria-busy]').first().waitFor({ state: 'detached' });
  await page.waitForLoadState('networkidle', { timeout: 3_000 }).catch(() => undefined); // a live page is never idle
}

const highest = 2_400;

/** A window as high as the page: long lists draw only what is seen, and the menu is as high as the window. */
async function showWhole(page: Page, width: number): Promise<void> {
  const height = await page.evaluate<number>('document.documentElement.scrollHeight');
  await page.setViewportSize({ width, height: Math.min(height, highest) });
  await page.waitForLoadState('networkidle', { timeout: 3_000 }).catch(() => undefined);
}
