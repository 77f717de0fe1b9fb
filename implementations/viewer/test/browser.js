/** What the tests share: Chromium, a server with a Content-Security-Policy of the test's choice, Python. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, '../../..');
export const single = join(root, 'reference/intaglio/viewer/index.html');
const binary = process.env.CHROMIUM ?? '/usr/bin/chromium';
const venv = join(root, '.venv/bin/python');
export const pythonPath = process.env.PYTHON ?? (existsSync(venv) ? venv : 'python3');

export async function launch() {
  if (!existsSync(binary)) throw new Error(`${binary} is not there: apt-get install chromium, or set CHROMIUM`);
  return chromium.launch({
    executablePath: binary,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** @param {string[]} args @returns {string} */
export const python = (...args) => execFileSync(pythonPath, args, { encoding: 'utf8', env: { ...process.env, PYTHONPATH: join(root, 'reference') } });

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.png': 'image/png' };

/** Serves files of these folders. @param {string[]} folders @param {string} [policy] */
export async function serve(folders, policy) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname).replace(/\/$/, '/index.html');
    const found = folders.map((f) => join(f, path)).find((f) => existsSync(f));
    if (!found) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(found)] ?? 'application/octet-stream', ...(policy ? { 'content-security-policy': policy } : {}) });
    response.end(readFileSync(found));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', () => done(null)));
  server.unref();
  return { url: `http://127.0.0.1:${/** @type {any} */ (server.address()).port}/`, close: () => server.close() };
}

/** A page that fails the test if anything reaches its console as an error. @param {import('playwright-core').Browser} browser @param {object} [options] */
export async function newPage(browser, options = {}) {
  const page = await browser.newPage({ acceptDownloads: true, ...options });
  page.setDefaultTimeout(30000);
  /** @type {string[]} */
  const errors = [];
  page.on('console', (m) => { if (m.type() === 'error') errors.push(m.text()); });
  page.on('pageerror', (e) => errors.push(String(e.stack)));
  page.on('requestfailed', (r) => errors.push(`${r.url().slice(0, 100)} ${r.failure()?.errorText}`));
  return { page, errors };
}

/** Opens a file by the file dialogue and waits until it is shown or refused. @param {import('playwright-core').Page} page @param {string | {name: string, mimeType: string, buffer: Buffer}} file */
export async function open(page, file) {
  await page.evaluate(() => {
    for (const id of ['viewer', 'problem']) /** @type {HTMLElement} */ (document.getElementById(id)).hidden = true;
  });
  await page.setInputFiles('#file', /** @type {any} */ (file));
  await page.waitForFunction(() => {
    const at = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
    return at('working').hidden && (!at('viewer').hidden || !at('problem').hidden);
  }, null, { timeout: 120000 });
}

/** The bytes that a click downloads. @param {import('playwright-core').Page} page @param {string} selector */
export async function download(page, selector) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(selector)]);
  return { name: file.suggestedFilename(), bytes: readFileSync(/** @type {string} */ (await file.path())) };
}
