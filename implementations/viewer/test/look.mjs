/** Screenshots to look at: node test/look.mjs FOLDER. And the time that a large picture takes, if FOLDER/big.png is there. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launch, newPage, open, python, here, single } from './browser.js';

const folder = process.argv[2];
python(join(here, 'make_files.py'), folder);
const browser = await launch();
const shot = async (/** @type {string} */ name, /** @type {object} */ options, /** @type {(page: import('playwright-core').Page) => Promise<void>} */ act) => {
  const { page, errors } = await newPage(browser, options);
  await page.goto(pathToFileURL(single).href);
  await act(page);
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  if (errors.length) console.log(name, errors);
  await page.close();
};
const pick = (/** @type {import('playwright-core').Page} */ page, /** @type {string} */ name) => page.locator('#arrays button', { hasText: name }).first().click();
const wide = { viewport: { width: 1280, height: 860 } };
await shot('start', wide, async () => {});
await shot('light', wide, async (page) => {
  await open(page, join(folder, 'all.png'));
  await page.hover('#canvas', { position: { x: 200, y: 150 } });
});
await shot('dark', { ...wide, colorScheme: 'dark' }, async (page) => {
  await open(page, join(folder, 'all.png'));
  await pick(page, 'cube');
  await page.check('#hex');
  await page.focus('#canvas');
  for (const key of ['ArrowUp', ...'+++']) await page.keyboard.press(key);
});
await shot('line', wide, async (page) => {
  await open(page, join(folder, 'all.png'));
  await pick(page, 'line');
  await page.hover('#canvas', { position: { x: 300, y: 150 } });
});
await shot('phone', { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }, (page) => open(page, join(folder, 'all.png')));
await shot('refused', { ...wide, colorScheme: 'dark' }, (page) => open(page, join(folder, 'taller.png')));
if (existsSync(join(folder, 'big.png'))) {
  await shot('large', wide, async (page) => {
    const t = performance.now();
    await page.evaluate(() => {
      // The longest time that the page did not answer.
      let last = performance.now();
      Object.assign(window, { worst: 0 });
      setInterval(() => {
        const now = performance.now();
        /** @type {any} */ (window).worst = Math.max(/** @type {any} */ (window).worst, now - last - 10);
        last = now;
      }, 10);
    });
    await open(page, join(folder, 'big.png'));
    console.log('big.png opened and checked in', Math.round(performance.now() - t), 'ms; the page was held up for at most', Math.round(await page.evaluate('worst')), 'ms');
    await page.waitForTimeout(1000);
    const d = performance.now();
    await page.click('#in');
    await page.waitForTimeout(50);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => done(0))));
    console.log('zoom', Math.round(performance.now() - d - 50), 'ms');
  });
}
await browser.close();
