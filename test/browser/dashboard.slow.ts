import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '@support/free-port.js';
import type { Page } from 'playwright-core';
import { findChromium, type OpenBrowser, openBrowser } from './chromium.mjs';
import { type DemoProcess, startDemo } from './demo-process.mjs';
import * as inPage from './in-page.mjs';

/* The built demo in a real browser: what a newcomer sees and presses, at the real times. */

const executablePath = findChromium();
const describeInBrowser = executablePath === undefined ? describe.skip : describe;

if (executablePath === undefined) {
  const lines = [
    'The test of the dashboard in a real browser is SKIPPED.',
    'No Chromium was found: install the package "chromium", or set CHROMIUM_PATH.',
  ];
  const line = '═'.repeat(80);
  console.warn(`\x1b[1m╔${line}╗\n${lines.map((text) => `║ ${text.padEnd(79)}║`).join('\n')}\n╚${line}╝\x1b[0m`);
}

it('has a browser wherever it counts', () => {
  expect(process.env.CI === undefined || executablePath !== undefined).toBe(true);
});

interface OpenPage {
  readonly demo: DemoProcess;
  readonly browser: OpenBrowser;
  readonly page: Page;
}

let demo: DemoProcess;
let browser: OpenBrowser;
let page: Page;
/** The guided demo takes two minutes, mostly waiting: it runs on a second demo while the other tests run on the first. */
let storyPage: OpenPage;
let story: Promise<Story>;
/** The place of filial-sp among the accounts. */
const ROTATED = 2;
const requested = new Set<string>();
const complaints: string[] = [];

beforeAll(async () => {
  if (executablePath === undefined) return;
  [{ demo, browser, page }, storyPage] = await Promise.all([openDemo(), openDemo()]);
  story = play(storyPage.page);
  // The test of the story awaits it; until then a failure must not end the process.
  story.catch(() => {});
  await settled(page);
});

afterAll(async () => {
  await Promise.all([browser, storyPage?.browser].map((each) => each?.close()));
  await Promise.all([demo, storyPage?.demo].map((each) => each?.close()));
});

async function openDemo(): Promise<OpenPage> {
  // One of these tests starts it again on the same port.
  const demo = await startDemo({ PORT: String(await freePort()) });
  const viewport = { width: 1280, height: 900 };
  const browser = await openBrowser({ ...(executablePath && { executablePath }), locale: 'en-US', viewport });
  const page = await browser.context.newPage();
  page.on('request', (request) => requested.add(new URL(request.url()).origin));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(demo.url);
  return { demo, browser, page };
}

/** Every account has a token, and no renewal of one fails. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(inPage.allAccountsValid, undefined, { timeout: 60_000 });
}

interface Story {
  readonly captions: number;
  readonly end: string | null;
}

async function play(page: Page): Promise<Story> {
  await settled(page);
  await page.getByRole('button', { name: 'Run the guided demo' }).click();
  const captions = new Set<string>();
  const end = page.locator('#caption', { hasText: 'The demo is complete.' });
  await page.getByRole('button', { name: 'Stop the guided demo' }).waitFor();
  while ((await end.count()) === 0) {
    captions.add((await page.locator('#caption').textContent()) ?? '');
    await page.waitForFunction(inPage.captionIsNot, [...captions].at(-1), { timeout: 60_000 });
  }
  return { captions: captions.size, end: await end.textContent() };
}

async function figure(list: 'counters' | 'server', name: string, part: 'value' | 'note' = 'value'): Promise<string> {
  return (await page.locator(`#${list} [data-figure="${name}"] .${part}`).textContent()) ?? '';
}

async function count(list: 'counters' | 'server', name: string): Promise<number> {
  return Number((await figure(list, name)).replaceAll(',', ''));
}

/** How often the server answered so: "200: 1,234, 503: 5". */
async function answers(kind: 'token' | 'resource', status: number): Promise<number> {
  const found = new RegExp(`\\b${status}: ([\\d,]*\\d)`).exec(await figure('server', kind, 'note'));
  return Number((found?.[1] ?? '0').replaceAll(',', ''));
}

/** Presses a button, waits until the fault is over and overcome, and returns how many calls failed meanwhile. */
async function press(fault: string): Promise<number> {
  await settled(page);
  const failed = await count('counters', 'failed');
  const since = await page.evaluate(inPage.generations);
  await page.locator(`button[data-fault="${fault}"]`).click();
  await page.locator(`button[data-fault="${fault}"].running`).waitFor();
  await page.waitForFunction(inPage.isOver, fault, { timeout: 70_000 });
  if (fault !== 'resource-outage') {
    const accounts = fault === 'rotate' ? [ROTATED] : [0, 1, 2];
    await page.waitForFunction(inPage.areRenewed, { accounts, since }, { timeout: 40_000 });
  }
  await settled(page);
  return (await count('counters', 'failed')) - failed;
}

async function eventTexts(type: string): Promise<string> {
  return (await page.locator(`#events li[data-type="${type}"]`).allTextContents()).join('\n');
}

describeInBrowser('the dashboard in a browser', () => {
  it('shows three accounts with valid tokens, calls that are answered, and both charts', async () => {
    await expect(page.locator('#accounts h3').allTextContents()).resolves.toEqual(['default', 'matriz', 'filial-sp']);
    await page.waitForFunction(inPage.isAbove, { figure: 'answered', value: 100 });
    expect(await count('counters', 'failed')).toBe(0);
    expect(await page.locator('.uplot canvas').count()).toBe(2);
    const life = () => page.getByRole('meter').first().getAttribute('aria-valuenow');
    await page.waitForFunction(inPage.barIsBelow, Number(await life()));
  });

  it('renews each token in the background within half a minute, and no call fails', async () => {
    const since = await page.evaluate(inPage.generations);
    await page.waitForFunction(inPage.areRenewed, { accounts: [0, 1, 2], since }, { timeout: 35_000 });
    expect(await eventTexts('acquired')).toContain('refresh before expiry');
    expect(await count('counters', 'failed')).toBe(0);
  });

  it('loses no call when the tokens are revoked', async () => {
    await page.locator('#load button', { hasText: '200' }).click();
    expect(await press('revoke')).toBe(0);
    expect(await answers('resource', 401)).toBeGreaterThan(0);
    await page.waitForFunction(inPage.isAbove, { figure: 'replays', value: 0 });
    // The usual load again: two demos and two browsers have to share the processors with other tests.
    await page.locator('#load button', { hasText: '50' }).click();
  });

  it('loses no call to 15 s without a token endpoint', async () => {
    expect(await press('outage')).toBe(0);
    expect(await answers('token', 503)).toBeGreaterThanOrEqual(3);
    expect(await eventTexts('degraded')).toContain('server_error');
  });

  it('loses no call to a 429, and makes no token request before Retry-After is over', async () => {
    expect(await press('rate-limit')).toBe(0);
    const refused = await answers('token', 429);
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThanOrEqual(3);
  });

  it('loses no call to a slow token endpoint, and no call waits', async () => {
    expect(await press('slow')).toBe(0);
    expect(await eventTexts('acquired')).toMatch(/in 4,\d{3} ms/);
  });

  it('loses no call to HTML in place of JSON', async () => {
    expect(await press('html')).toBe(0);
    expect(await eventTexts('degraded')).toContain('invalid_response');
  });

  it('loses no call to rejected credentials that are rotated within the lifetime of the token', async () => {
    expect(await press('rotate')).toBe(0);
    expect(await answers('token', 401)).toBeGreaterThan(0);
    expect(await eventTexts('degraded')).toContain('credentials_rejected');
  });

  it('shows calls that fail when the API itself is down, and makes no token request because of that', async () => {
    const attempts = () => figure('counters', 'attempts', 'note');
    const failedBefore = Number(/(\d+) failed/.exec(await attempts())?.[1]);
    expect(await press('resource-outage')).toBeGreaterThan(100);
    expect(await figure('counters', 'failed', 'note')).toBe('0 without a token');
    expect(Number(/(\d+) failed/.exec(await attempts())?.[1])).toBe(failedBefore);
  });

  it('speaks Portuguese and English', async () => {
    await page.getByRole('button', { name: 'Português' }).click();
    await expect(page.title()).resolves.toBe('Tokens ao vivo');
    expect(await page.locator('html').getAttribute('lang')).toBe('pt-BR');
    expect(await page.evaluate(inPage.shownText)).not.toMatch(/\b(calls|renewal|attempt|failed)\b/i);
    await page.reload();
    await expect(page.title()).resolves.toBe('Tokens ao vivo');
    await page.getByRole('button', { name: 'English' }).click();
    await expect(page.title()).resolves.toBe('Tokens, live');
  });

  it('can be used with only the keyboard, and shows the focus', async () => {
    const reached: string[] = [];
    await page.evaluate(inPage.loseFocus);
    for (let press = 0; press < 25; press++) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(inPage.focused);
      if (focused.name !== '') expect(focused).toEqual({ name: focused.name, visible: true });
      reached.push(focused.name);
    }
    expect(reached).toEqual(expect.arrayContaining(['play', 'revoke', 'outage', 'resource-outage', 'events']));
    const since = await page.evaluate(inPage.generations);
    await page.locator('button[data-fault="revoke"]').focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(inPage.areRenewed, { accounts: [0, 1, 2], since });
  });

  it('fits a phone without scrolling sideways', async () => {
    for (const width of [360, 390, 768]) {
      await page.setViewportSize({ width, height: 780 });
      for (const language of ['Português', 'English']) {
        await page.getByRole('button', { name: language }).click();
        const overflow = await page.evaluate(inPage.sidewaysOverflow);
        expect({ width, language, overflow }).toEqual({ width, language, overflow: 0 });
      }
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('runs the guided demo to its end, with a caption for each step and no call lost to a token', async () => {
    const { captions, end } = await story;
    expect(captions).toBe(8);
    expect(end).toContain('No call failed because of a token');
  }, 240_000);

  it('makes no request to other hosts and logs no errors', () => {
    expect([...requested].sort()).toEqual([demo.url, storyPage.demo.url].sort());
    expect(complaints).toEqual([]);
  });

  it('connects again by itself when the server comes back', async () => {
    const { port } = new URL(demo.url);
    await demo.close();
    await page.locator('#connection[data-state="lost"]').waitFor();
    demo = await startDemo({ PORT: port });
    await page.locator('#connection[data-state="open"]').waitFor();
    await settled(page);
    expect(Math.max(...(await page.evaluate(inPage.generations)))).toBeLessThanOrEqual(2);
  });
});
