/** What `intaglio view` serves, in a real browser: the one-file page under its own policy and the server's. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { launch, newPage, python, pythonPath, root, serve } from './browser.js';

const SERVER = `
import sys
from pathlib import Path
from intaglio.cli.server import ViewServer
with ViewServer(Path(sys.argv[1])) as server:
    print(server.address, flush=True)
    server.serve_forever()
`;

test('intaglio view: the file is shown; other pages cannot read or embed it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'intaglio-view-'));
  const path = join(folder, 'a b ü.png');
  python('-c', 'import sys, numpy as np, intaglio as ig; ig.imsave(sys.argv[1], np.arange(600.0).reshape(20, 30))', path);
  const process_ = spawn(pythonPath, ['-c', SERVER, path], { env: { ...process.env, PYTHONPATH: join(root, 'reference') }, stdio: ['ignore', 'pipe', 'inherit'] });
  const browser = await launch();
  try {
    const address = String(await new Promise((done, fail) => { process_.stdout.once('data', done); process_.once('exit', (code) => fail(new Error(`the server ended with ${code}`))); })).trim();
    const { page, errors } = await newPage(browser);
    await page.goto(address);
    await page.waitForFunction(() => /^Sound/.test(document.getElementById('integrity')?.textContent ?? ''));
    assert.match(await page.title(), /^a b ü\.png/);
    assert.match(await page.textContent('#stats') ?? '', /greatest599\.0/);
    assert.deepEqual(errors, []);
    const stranger = await serve([folder]);
    const other = (await newPage(browser)).page;
    await other.goto(`${stranger.url}a%20b%20%C3%BC.png`);
    const outcome = await other.evaluate(async (/** @type {string} */ url) => {
      const fetched = await fetch(url).then(() => 'read', () => 'refused');
      const frame = document.createElement('iframe');
      frame.src = url;
      document.body.append(frame);
      await new Promise((done) => { frame.onload = done; setTimeout(done, 3000); });
      return [fetched, frame.contentDocument === null];
    }, address);
    assert.deepEqual(outcome, ['refused', true]);
    stranger.close();
  } finally {
    await browser.close();
    process_.kill();
    rmSync(folder, { recursive: true });
  }
});
