import { deadline } from '@podkit/chassis/testing/deadline';
import { type Browser, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

// Chromium of the machine (Debian: apt-get install chromium); without the flags it looks for Google's hosts.
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const startBrowser = (): Promise<Browser> => chromium.launch({ executablePath, args });

export type Colours = 'light' | 'dark';
export type OpenOptions = { width?: number; height?: number; colorScheme?: Colours };
/** A page with what went wrong in it, and what it asked for. */
export type Opened = { page: Page; errors: string[]; requested: string[]; bytes: () => number };

/** The console at `url`, with its first document, until the test ends. */
export async function openConsolePage(browser: Browser, url: string, options: OpenOptions = {}): Promise<Opened> {
  const { width = 1440, height = 900, colorScheme = 'light' } = options;
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  page.setDefaultTimeout(deadline());
  onTestFinished(() => page.close());
  const errors: string[] = [];
  const requested: string[] = [];
  let bytes = 0;
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('request', (request) => requested.push(request.url()));
  page.on('response', (response) => {
    if (response.url().endsWith('/events')) return;
    void response.body().then(
      (body) => (bytes += body.length),
      () => undefined,
    );
  });
  await page.goto(url);
  await page.getByText('live', { exact: true }).waitFor();
  return { page, errors, requested, bytes: () => bytes };
}

/** A part of the page by its heading. */
export const part = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
