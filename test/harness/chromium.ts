/** A real browser for tests of the console. Nothing may go wrong in it unseen: what its console says is kept. */
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type Page } from 'playwright-core';

export interface Window {
  page: Page;
  /** Errors of scripts and of the content security policy, as the browser told them. */
  complaints: string[];
  close(): Promise<void>;
}

export function startChromium(): Promise<Browser> {
  const executablePath = process.env['LINKWRIGHT_TEST_CHROMIUM'];
  if (!executablePath) throw new Error('Run it by npm test: it finds the browser.');
  const flags = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
  return chromium.launch({ executablePath, headless: true, args: flags });
}

/** A window with cookies of its own. */
export async function openWindow(
  browser: Browser,
  { width = 1_280, dark = false }: { width?: number; dark?: boolean } = {},
): Promise<Window> {
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    locale: 'en-US',
    timezoneId: 'America/Los_Angeles',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (line) => {
    // A refusal by the API is an answer; the page says it.
    if (line.type() === 'error' && !line.text().startsWith('Failed to load resource')) complaints.push(line.text());
  });
  return { page, complaints, close: () => context.close() };
}

/** What axe finds against WCAG 2.2 AA, each as a sentence. */
export async function barriers(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return violations.flatMap(({ help, nodes }) => nodes.map(({ html }) => `${help}: ${html}`));
}
