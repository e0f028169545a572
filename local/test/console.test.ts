import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Suite, startSuite } from './support/start-suite.ts';

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
/** Where the screenshots of the README go; only written when asked, since each run's differ. */
const pictures = process.env.PODKIT_PICTURES;

describe('the console', () => {
  let tmp: string;
  let suite: Suite;
  let browser: Browser;

  beforeAll(async () => {
    tmp = mkdtempSync(join(tmpdir(), 'podkit-console-'));
    [suite, browser] = await Promise.all([
      startSuite(tmp, ['--chaos-token=let-me']),
      chromium.launch({ executablePath, args }),
    ]);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    suite?.kill('SIGTERM');
    await suite?.exited;
    rmSync(tmp, { recursive: true, force: true });
  }, 60_000);

  /** The page, live, with what went wrong in it and how many bytes it took until it was. */
  async function open({
    width = 1280,
    colorScheme = 'light',
  }: {
    width?: number;
    colorScheme?: 'light' | 'dark';
  } = {}) {
    const page = await browser.newPage({ viewport: { width, height: 1400 }, colorScheme });
    onTestFinished(() => page.close());
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    let bytes = 0;
    page.on('response', (response) => {
      if (response.url().endsWith('/events')) return;
      void response.body().then(
        (body) => (bytes += body.length),
        () => undefined,
      );
    });
    await page.goto(suite.url('app', '/console'));
    await page.getByText('live', { exact: true }).waitFor();
    return { page, faults, bytes: () => bytes };
  }

  it('shows every container of the Pod as ready, the commit, the labels and the adapted metrics', async () => {
    const { page, faults } = await open();
    for (const name of ['app', 'git-sync', 'ambassador', 'metrics-adapter', 'downward-reader']) {
      await section(page, 'Containers')
        .getByRole('listitem')
        .filter({ hasText: name })
        .getByText('ready', { exact: true })
        .waitFor();
    }
    await section(page, 'Site')
      .getByText(/^[0-9a-f]{12}$/)
      .waitFor();
    await section(page, 'Downward API').getByText('app.kubernetes.io/name').waitFor();
    await section(page, 'Adapted metrics').getByText('app_requests_total').first().waitFor();
    expect(faults).toEqual([]);
  });

  it('takes less than 100 kB and nothing from elsewhere', async () => {
    const { page, bytes } = await open();
    const elsewhere: string[] = [];
    page.on(
      'request',
      (request) => new URL(request.url()).host !== new URL(page.url()).host && elsewhere.push(request.url()),
    );
    await page.reload();
    await page.getByText('live', { exact: true }).waitFor();
    expect(bytes()).toBeGreaterThan(1000);
    expect(bytes() / 2).toBeLessThan(100_000);
    expect(elsewhere).toEqual([]);
  });

  it('writes and reads a note by keyboard alone', async () => {
    const { page } = await open();
    const notes = section(page, 'Notes');
    await notes.getByLabel('Id').fill('from-the-console');
    await notes.getByLabel('Text').fill('typed');
    await notes.getByRole('button', { name: 'Write', exact: true }).focus();
    await page.keyboard.press('Enter');
    await notes.getByText(/^20[01] in/).waitFor();
    await notes.getByLabel('Text').fill('');
    await notes.getByRole('button', { name: 'Read' }).focus();
    await page.keyboard.press('Enter');
    await waitFor('the text', async () => (await notes.getByLabel('Text').inputValue()) === 'typed');
    await notes.getByRole('button', { name: 'from-the-console' }).waitFor();
  });

  it('refuses chaos without the token and shows it in force with the token', async () => {
    const { page } = await open();
    const chaos = section(page, 'Chaos');
    const late = chaos.getByRole('button', { name: /Fail 3 readiness/ });
    await late.click();
    await chaos.getByText(/^401/).waitFor();
    await chaos.getByLabel('Token').fill('let-me');
    await late.click();
    await chaos.getByText('done').waitFor();
    await chaos.getByRole('listitem').filter({ hasText: 'readyz' }).first().waitFor();
    expect(await chaos.getByRole('listitem').count()).toBe(1);
    await chaos.getByRole('button', { name: 'End all of it' }).click();
  });

  it('fits into 360 pixels', async () => {
    const { page } = await open({ width: 360 });
    await section(page, 'Containers').getByText('git-sync').waitFor();
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  });

  it.each(['light', 'dark'] as const)('has text that can be read in its %s colours', async (colorScheme) => {
    const { page } = await open({ colorScheme });
    await section(page, 'Adapted metrics').getByText('app_requests_total').first().waitFor();
    const colour = (property: string) =>
      page.evaluate<string>(`getComputedStyle(document.querySelector('section')).${property}`);
    const [ink, card] = [await colour('color'), await colour('backgroundColor')];
    expect(contrast(ink, card)).toBeGreaterThan(7);
    if (pictures !== undefined)
      await page.screenshot({ path: join(pictures, `console-${colorScheme}.png`), fullPage: true });
  });
});

const section = (page: Page, name: string) => page.getByRole('region', { name });

/** Contrast of two `rgb(…)` colours: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [...color.matchAll(/\d+/g)].slice(0, 3).map(([part]) => {
    const share = Number(part) / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
