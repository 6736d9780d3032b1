import { mkdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openBrowser } from '../test/browser/chromium.mjs';
import { startDemo } from '../test/browser/demo-process.mjs';

/* The screenshots for the README, of the built demo: npm run screenshots. Takes 90 seconds. */

const FOLDER = fileURLToPath(new URL('../docs/images/', import.meta.url));
const DESKTOP = { width: 1280, height: 1060 };
const PHONE = { width: 390, height: 844 };
/** Time to fill the charts with a steady load before the first fault. */
const QUIET_MS = 50_000;

const demo = await startDemo();
const browser = await openBrowser();
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function open(viewport, locale, colorScheme = 'light') {
  const page = await browser.context.newPage();
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme });
  await page.goto(demo.url);
  await page.click(`button[data-language="${locale}"]`);
  await page.waitForSelector('#events li[data-type="acquired"]');
  return page;
}

async function shoot(page, name) {
  await page.mouse.move(0, 0);
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: `${FOLDER}${name}.png` });
  console.log(`docs/images/${name}.png, ${Math.round((await stat(`${FOLDER}${name}.png`)).size / 1024)} kB`);
}

await mkdir(FOLDER, { recursive: true });
try {
  const page = await open(DESKTOP, 'en');
  await page.click('#load button:has-text("50")');
  await pause(QUIET_MS);
  await page.click('button[data-fault="revoke"]');
  await pause(8_000);
  await shoot(page, 'dashboard-en');
  await page.click('button[data-language="pt-BR"]');
  await pause(500);
  await shoot(page, 'dashboard-pt');
  await page.click('button[data-language="en"]');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.click('button[data-fault="outage"]');
  await pause(13_000);
  await shoot(page, 'outage-survived');
  await page.close();
  const phone = await open(PHONE, 'pt-BR');
  await pause(4_000);
  await shoot(phone, 'dashboard-phone');
} finally {
  await browser.close();
  await demo.close();
}
