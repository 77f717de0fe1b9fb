/** The page in a real browser, against what the Python package says. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { download, here, launch, newPage, open, python, root, serve, single } from './browser.js';

const folder = mkdtempSync(join(tmpdir(), 'intaglio-viewer-'));
const dist = join(here, '../dist');
const STRICTEST = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'";
/** @type {import('playwright-core').Browser} */
let browser;
before(async () => {
  python(join(here, 'make_files.py'), folder);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

const select = async (/** @type {import('playwright-core').Page} */ page, /** @type {number} */ i) => {
  await page.click(`#arrays li:nth-child(${i + 1}) button`);
  await page.waitForFunction(() => /** @type {HTMLElement} */ (document.getElementById('working')).hidden);
};

test('from a folder: every array of a file that Python wrote comes out as np.save writes it', async () => {
  const { page, errors } = await newPage(browser);
  await page.goto(pathToFileURL(single).href);
  await open(page, join(folder, 'all.png'));
  const names = JSON.parse(readFileSync(join(folder, 'names.json'), 'utf8'));
  assert.equal(await page.locator('#arrays li').count(), names.length);
  for (let i = 0; i < names.length; i++) {
    await select(page, i);
    const got = await download(page, 'button[data-form=npy]');
    assert.ok(got.bytes.equals(readFileSync(join(folder, `${i}.npy`))), `${names[i]} is not np.save's file`);
    assert.doesNotMatch(got.name, /[/\u202e]/);
  }
  const npz = await download(page, 'button[data-form=npz]');
  writeFileSync(join(folder, 'all.npz'), npz.bytes);
  python('-c', `
import sys, json, numpy as np
folder = sys.argv[1]
names = json.load(open(folder + "/names.json"))
z = np.load(folder + "/all.npz")
assert len(z.files) == len(names), z.files
for i, key in enumerate(z.files):
    a, b = z[key], np.load(f"{folder}/{i}.npy")
    assert (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes()), key
    assert "/" not in key
`, folder);
  assert.match(await page.textContent('#integrity') ?? '', /^Sound\./);
  assert.match(await page.textContent('#metadata') ?? '', /<b>bold<\/b>/);
  assert.match(await page.textContent('#metadata') ?? '', /12345678901234567890/);
  assert.deepEqual(errors, []);
  await page.close();
});

test('statistics, cursor and bits are those of numpy', async () => {
  const { page, errors } = await newPage(browser);
  await page.goto(pathToFileURL(single).href);
  await open(page, join(folder, 'all.png'));
  const stats = await page.textContent('#stats') ?? '';
  assert.match(stats, /elements5,400/);
  assert.match(stats, /NaN1\D/);
  assert.match(stats, /infinite1 above, 1 below/);
  const [min, max, mean] = python('-c', `
import numpy as np, sys
a = np.load(sys.argv[1]); a = a[np.isfinite(a)]
print(repr(float(a.min())), repr(float(a.max())), repr(float(a.mean())))`, join(folder, '0.npy')).trim().split(' ');
  assert.ok(stats.includes(`least${min}`) && stats.includes(`greatest${max}`), stats);
  assert.ok(Math.abs(Number(/mean(-?[\d.e-]+?)NaN/.exec(stats)?.[1]) - Number(mean)) < 1e-12, stats);
  await page.check('#hex');
  const read = async () => {
    await page.waitForTimeout(150);
    return page.textContent('#readout');
  };
  await page.focus('#canvas');
  for (const key of ['ArrowRight', 'Home', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
  const expected = python('-c', `
import numpy as np, sys
a = np.load(sys.argv[1])
print(f"[30, 2]  {float(a[30, 2])!r}\\n0x{a.view('u8')[30, 2]:016x}")`, join(folder, '0.npy')).trim();
  assert.equal(await read(), expected);
  // Zoom to single cells and point at one with the mouse.
  for (let i = 0; i < 14; i++) await page.keyboard.press('+');
  const box = /** @type {any} */ (await page.locator('#canvas').boundingBox());
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  assert.match(await read() ?? '', /^\[\d+, \d+\] {2}-?\d/);
  // A slice of an array of four dimensions.
  const names = JSON.parse(readFileSync(join(folder, 'names.json'), 'utf8'));
  await select(page, names.indexOf('cube'));
  await page.locator('#sliders input').nth(0).fill('2');
  await page.locator('#sliders input').nth(1).fill('3');
  await page.focus('#canvas');
  await page.keyboard.press('ArrowUp');
  const cube = python('-c', `
import numpy as np, sys
a = np.load(sys.argv[1])[2, 3, 1, 3]
print(f"[2, 3, 1, 3]  {a!s}\\n0x{a.view('u4'):08x}")`, join(folder, 'cube.npy')).trim();
  assert.equal(await read(), cube);
  // Dates and whole numbers that no double holds.
  for (const [name, keys, text] of [['when', ['Home'], '[0]  2026-11-22T12:00:00.123456789'], ['days', ['End'], '[3]  -0044-03-15'], ['step', ['End'], '[2]  115292150460684697600 s']]) {
    await select(page, names.indexOf(name));
    await page.focus('#canvas');
    await page.keyboard.press('ArrowRight');
    for (const key of keys) await page.keyboard.press(key);
    assert.equal((await read())?.split('\n')[0], text);
  }
  assert.deepEqual(errors, []);
  await page.close();
});

test('the heat map has the colours of the Python package', async () => {
  const { page, errors } = await newPage(browser, { viewport: { width: 1500, height: 900 } });
  await page.goto(pathToFileURL(single).href);
  await open(page, join(folder, 'all.png'));
  const look = [['rainbow', 'linear', false], ['RdBu', 'symlog', true], ['tab10', 'linear', false], ['viridis', 'log', false], ['twilight', 'linear', false, '-0.5', '0.25'], ['magma', 'symlog', false, '-1e-3', '1e3']];
  writeFileSync(join(folder, 'look.json'), JSON.stringify(look));
  const wanted = JSON.parse(python('-c', `
import json, sys, numpy as np
from importlib.resources import files
from PIL import Image
from intaglio._render.colormaps import make_palette, color_index
from intaglio._render.norms import as_reals, make_norm, measure
a = np.load(sys.argv[1] + "/0.npy")
table = np.asarray(Image.open(files("intaglio") / "_colormap_data" / "colormaps.png").convert("RGB"))
out = []
for cmap, norm, reverse, *ends in json.load(open(sys.argv[1] + "/look.json")):
    p = make_palette(cmap + "_r" * reverse, lambda: table)
    n = make_norm(measure(a), norm, tuple(map(float, ends)) or (None, None), (0.0, None), p.n)
    cells = a[::7, ::11].ravel()
    with np.errstate(all="ignore"):
        at = n.positions(as_reals(cells))
    rows = np.where(np.isnan(at), p.nan, color_index(np.nan_to_num(at, nan=0.0), p.n))
    rows = np.where(np.isnan(cells), p.nan, np.where(cells == -np.inf, p.nan + 1, np.where(cells == np.inf, p.nan + 2, rows)))
    out.append(p.table[rows].tolist())
print(json.dumps(out))`, folder));
  for (const [k, [cmap, norm, reverse, vmin = '', vmax = '']] of look.entries()) {
    await page.fill('#vmin', String(vmin));
    await page.fill('#vmax', String(vmax));
    await page.selectOption('#cmap', String(cmap));
    await page.selectOption('#norm', String(norm));
    await page.setChecked('#reverse', Boolean(reverse));
    await page.waitForTimeout(400);
    const got = await page.evaluate(() => {
      const c = /** @type {HTMLCanvasElement} */ (document.getElementById('canvas'));
      const scale = Math.min(c.width / 90, c.height / 60);
      const [x0, y0] = [(c.width - 90 * scale) / 2, (c.height - 60 * scale) / 2];
      const out = [];
      for (let y = 0; y < 60; y += 7) for (let x = 0; x < 90; x += 11) out.push([...(/** @type {any} */ (c.getContext('2d'))).getImageData(x0 + (x + 0.5) * scale, y0 + (y + 0.5) * scale, 1, 1).data].slice(0, 3));
      return out;
    });
    const wrong = got.filter((rgb, i) => String(rgb) !== String(wanted[k][i])).length;
    assert.equal(wrong, 0, `${cmap} ${norm}: ${wrong} of ${got.length} cells differ`);
  }
  assert.deepEqual(errors, []);
  await page.close();
});

test('text for Python and .csv give the same bits', async () => {
  const { page, errors } = await newPage(browser);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const site = await serve([dist, folder]);
  await page.goto(`${site.url}?url=all.png`);
  await page.waitForSelector('#arrays li');
  const names = JSON.parse(readFileSync(join(folder, 'names.json'), 'utf8'));
  for (const name of ['field', 'int64', 'uint64', 'f2', 'f4', 'c16', 'when', 'step', 'scalar', 'bool']) {
    const i = names.indexOf(name);
    await select(page, i);
    await page.click('#python');
    await page.waitForFunction(() => /** @type {HTMLElement} */ (document.getElementById('note')).textContent?.startsWith('Copied'));
    writeFileSync(join(folder, 'code.py'), await page.evaluate(() => navigator.clipboard.readText()));
    python('-c', `
import sys, numpy as np
space = {}
exec(open(sys.argv[1] + "/code.py").read(), space)
a, b = space["a"], np.load(sys.argv[2])
assert (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes()), (a, b)`, folder, join(folder, `${i}.npy`));
  }
  for (const [name, dtype] of [['field', 'float64'], ['int64', 'int64'], ['uint64', 'uint64'], ['bool', 'bool'], ['line', 'float32'], ['days', 'datetime64[D]']]) {
    const i = names.indexOf(name);
    await select(page, i);
    writeFileSync(join(folder, 'x.csv'), (await download(page, '#csv')).bytes);
    python('-c', `
import sys, numpy as np
from pathlib import Path
from intaglio._convert.base import ReadOptions
from intaglio._convert.text import read
a = read(Path(sys.argv[1]), "csv", ReadOptions(dtype=sys.argv[3])).arrays[""]
b = np.load(sys.argv[2])
assert (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes()), (a, b)`, join(folder, 'x.csv'), join(folder, `${i}.npy`), dtype);
  }
  site.close();
  assert.deepEqual(errors, []);
  await page.close();
});

for (const [what, policy] of [['without WebAssembly', STRICTEST], ['with WebAssembly', STRICTEST.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'").replace("connect-src 'self'", "connect-src 'self' data:")]]) {
  test(`served under a strict Content-Security-Policy, ${what}: reads and writes`, async () => {
    const { page, errors } = await newPage(browser);
    const site = await serve([dist, folder], policy);
    await page.goto(`${site.url}?url=all.png&name=${encodeURIComponent('a b.png')}`);
    await page.waitForSelector('#arrays li');
    await page.waitForFunction(() => /^Sound/.test(document.getElementById('integrity')?.textContent ?? ''));
    assert.match(await page.title(), /^a b\.png/);
    assert.ok((await download(page, 'button[data-form=npy]')).bytes.equals(readFileSync(join(folder, '0.npy'))));
    await open(page, join(folder, 'write.npy'));
    const { bytes } = await download(page, '#save');
    writeFileSync(join(folder, 'strict.png'), bytes);
    python('-c', 'import sys, numpy as np, intaglio as ig; a, b = ig.imread(sys.argv[1]), np.load(sys.argv[2]); assert a.dtype == np.float32 and a.tobytes() == b.astype("<f4").tobytes(order="C")', join(folder, 'strict.png'), join(folder, 'write.npy'));
    site.close();
    assert.deepEqual(errors, []);
    await page.close();
  });
}

test('a .npy becomes a picture that Python reads back, byte for byte, and that looks like the view', async () => {
  const { page, errors } = await newPage(browser);
  await page.goto(pathToFileURL(single).href);
  for (const [file, profile] of [['write.npy', 'opaque'], ['cube.npy', 'dense'], ['13.npy', 'fine'], ['14.npy', 'raw'], ['16.npy', 'rgba'], ['17.npy', 'opaque'], ['1.npy', 'opaque']]) {
    await open(page, join(folder, file));
    if (await page.isVisible('#cmap')) await page.selectOption('#cmap', 'rainbow');
    await page.selectOption('#profile', profile);
    const { bytes, name } = await download(page, '#save');
    assert.equal(name, file.replace('.npy', '.png'));
    writeFileSync(join(folder, 'saved.png'), bytes);
    python('-c', `
import sys, numpy as np, intaglio as ig
a, b = ig.imread(sys.argv[1]), np.load(sys.argv[2])
assert a.shape == b.shape and a.dtype == b.dtype.newbyteorder("<"), (a.dtype, b.dtype)
assert a.tobytes() == b.astype(a.dtype).tobytes(order="C")
assert ig.verify(sys.argv[1]).profile == sys.argv[3], ig.info(sys.argv[1])`, join(folder, 'saved.png'), join(folder, file), profile);
  }
  // Pictures can be rewritten too, with all their arrays and metadata.
  await open(page, join(folder, 'all.png'));
  writeFileSync(join(folder, 'again.png'), (await download(page, '#save')).bytes);
  python('-c', `
import sys, intaglio as ig
a, b = (ig.load_dict(p) for p in sys.argv[1:])
assert list(a) == list(b) and all((a[k].dtype, a[k].shape, a[k].tobytes()) == (b[k].dtype, b[k].shape, b[k].tobytes()) for k in a)
assert ig.info(sys.argv[1]).metadata == ig.info(sys.argv[2]).metadata`, join(folder, 'again.png'), join(folder, 'all.png'));
  assert.deepEqual(errors, []);
  await page.close();
});

test('every reason is refused in plain words; damaged arrays do not hide sound ones', async () => {
  const { page, errors } = await newPage(browser);
  await page.goto(pathToFileURL(single).href);
  const cases = JSON.parse(readFileSync(join(root, 'conformance/manifest.json'), 'utf8')).cases;
  const reasons = new Map();
  for (const c of cases) if (c.result === 'reject') reasons.set(c.reason, [...(reasons.get(c.reason) ?? []), c.id]);
  assert.ok(reasons.size >= 20);
  for (const [reason, ids] of reasons) {
    for (const id of [ids[0], ids[Math.floor(ids.length / 2)]]) {
      await open(page, join(root, `conformance/cases/${id}.png`));
      if (reason === 'limit-exceeded' && await page.isVisible('#viewer')) continue; // the page's limits are higher than the least
      const text = (await page.isVisible('#problem') ? await page.textContent('#problem') : `${await page.textContent('#arrays')} ${await page.textContent('#what')} ${await page.textContent('#integrity')}`) ?? '';
      assert.ok(text.includes(reason), `${id}: ${text}`);
      assert.match(text, /[A-Z][a-z].*\./);
    }
  }
  await open(page, join(folder, 'lossy.jpg'));
  assert.match(await page.textContent('#problem') ?? '', /This is a JPEG.*the data is gone/);
  await open(page, join(folder, 'taller.png'));
  assert.match(await page.textContent('#problem') ?? '', /was written for \d+ x \d+ pixels, this picture has/);
  await open(page, join(folder, 'cropped.png'));
  assert.match(await page.textContent('#problem') ?? '', /no Intaglio data|first pixels were changed/);
  await open(page, { name: 'empty.png', mimeType: 'image/png', buffer: Buffer.alloc(0) });
  assert.match(await page.textContent('#problem') ?? '', /empty/);
  await open(page, join(root, 'conformance/cases/con/accept/only-despite-damaged.png'));
  assert.match(await page.textContent('#arrays') ?? '', /Pixels that carry this array were changed/);
  await download(page, 'button[data-form=npy]');
  // Others still open afterwards.
  await open(page, join(folder, 'one.png'));
  assert.ok(await page.isVisible('#viewer'));
  assert.deepEqual(errors, []);
  await page.close();
});

test('of very many arrays, long metadata and many faults a part is shown, with a note of the rest', async () => {
  const make = (/** @type {string} */ code) => python('-c', `import sys; sys.path.insert(0, ${JSON.stringify(join(root, 'bench'))})\nfrom worst_files import *\nfolder = Path(${JSON.stringify(folder)})\n${code}`);
  make('(folder / "many.png").write_bytes(many_arrays(2000, last_digest=bytes(32)))');
  make('(folder / "deep.png").write_bytes(metadata(b"[" * 60 + b"]" * 60))');
  make('(folder / "keys.png").write_bytes(metadata_of_names())');
  const { page, errors } = await newPage(browser);
  await page.goto(pathToFileURL(single).href);

  await open(page, join(folder, 'many.png'));
  const listed = () => page.locator('#arrays li button:not(#more)').count();
  assert.equal(await listed(), 500);
  assert.match(await page.textContent('#more') ?? '', /1,500 more: show 500/);
  assert.match(await page.textContent('#integrity') ?? '', /^1 of 2000 arrays cannot be given: 07cf \[array-digest-mismatch\]\./);
  for (const count of [1000, 1500, 2000]) {
    await page.click('#more');
    assert.equal(await listed(), count);
  }
  assert.equal(await page.locator('#more').count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement?.textContent?.startsWith('05dc')), true);
  await select(page, 1999);
  assert.match(await page.textContent('#what') ?? '', /SHA-256|digest|damaged|not what/i);
  assert.equal(await page.locator('#arrays [aria-current=true]').count(), 1);

  for (const name of ['deep.png', 'keys.png']) {
    await open(page, join(folder, name));
    const text = await page.textContent('#metadata') ?? '';
    assert.ok(text.length < 21000, `${name}: ${text.length}`);
    assert.match(text, /\(the first 20,000 of [\d,]+ characters\)$/);
  }
  assert.deepEqual(errors, []);
  await page.close();
});

test('nothing that axe finds wrong, in both themes; no sideways scrolling on a phone', async () => {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    for (const viewport of [{ width: 1280, height: 800 }, { width: 360, height: 740 }]) {
      const { page, errors } = await newPage(browser, { colorScheme, viewport });
      await page.goto(pathToFileURL(single).href);
      for (const step of ['start', 'field', 'cube', 'line', 'empty', 'refused']) {
        if (step === 'refused') await open(page, join(folder, 'taller.png'));
        else if (step === 'field') await open(page, join(folder, 'all.png'));
        else if (step !== 'start') await page.locator('#arrays button', { hasText: step }).click();
        await page.waitForTimeout(200);
        const faults = await page.evaluate(async (/** @type {string} */ axe) => {
          if (!('axe' in window)) (0, eval)(axe);
          const found = await /** @type {any} */ (window).axe.run();
          if (found.passes.length < 10) throw new Error('axe looked at nothing');
          return found.violations.map((/** @type {any} */ v) => `${v.id}: ${v.nodes.map((/** @type {any} */ n) => n.target).join(', ')}`);
        }, readFileSync(join(here, '../node_modules/axe-core/axe.min.js'), 'utf8')).catch((e) => [String(e)]);
        assert.deepEqual(faults, [], `${step}, ${colorScheme}, ${viewport.width}`);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${step}: ${viewport.width} pixels are too few`);
      }
      assert.deepEqual(errors, []);
      await page.close();
    }
  }
});

test('all of it by keyboard', async () => {
  const { page, errors } = await newPage(browser);
  await page.goto(pathToFileURL(single).href);
  await open(page, join(folder, 'all.png'));
  await page.evaluate(() => { /** @type {any} */ (document.activeElement)?.blur(); });
  const reached = new Set();
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate(() => { const e = /** @type {any} */ (document.activeElement); return e.id || e.dataset.form || e.closest('[id]')?.id; }));
  }
  for (const id of ['choose', 'url', 'arrays', 'cmap', 'norm', 'vmin', 'vmax', 'fit', 'hex', 'canvas', 'npy', 'npz', 'csv', 'python', 'profile', 'save', 'metadata']) assert.ok(reached.has(id), `${id} is not reached by Tab`);
  assert.deepEqual(errors, []);
  await page.close();
});

test('a large picture shows its progress, leaves the page alive and can be stopped', async () => {
  python('-c', 'import sys, numpy as np, intaglio as ig; ig.save(sys.argv[1], np.random.default_rng(0).normal(size=(1500, 1500)))', join(folder, 'large.png'));
  const { page, errors } = await newPage(browser);
  await page.goto(pathToFileURL(single).href);
  await page.evaluate(() => {
    const seen = /** @type {any} */ (window).seen = { stages: new Set(), values: 0, ticks: 0 };
    setInterval(() => { seen.ticks++; }, 10);
    new MutationObserver(() => {
      seen.stages.add(document.getElementById('stage')?.textContent);
      seen.values = Math.max(seen.values, Number(document.getElementById('progress')?.getAttribute('value')));
    }).observe(/** @type {Node} */ (document.getElementById('working')), { subtree: true, attributes: true, childList: true });
  });
  await open(page, join(folder, 'large.png'));
  const seen = await page.evaluate(() => { const s = /** @type {any} */ (window).seen; return { stages: [...s.stages], values: s.values, ticks: s.ticks }; });
  assert.ok(seen.stages.includes('Reading the picture') && seen.values > 0.3 && seen.ticks > 10, JSON.stringify(seen));
  await page.setInputFiles('#file', join(folder, 'large.png'));
  await page.waitForSelector('#working:not([hidden])');
  await page.click('#cancel');
  assert.ok(await page.isVisible('#start'));
  await open(page, join(folder, 'one.png'));
  assert.ok(await page.isVisible('#viewer'));
  assert.deepEqual(errors, []);
  await page.close();
});

test('dropping and pasting', async () => {
  const { page, errors } = await newPage(browser);
  await page.goto(pathToFileURL(single).href);
  const data = readFileSync(join(folder, 'one.png')).toString('base64');
  for (const type of ['drop', 'paste']) {
    await page.evaluate(([base64, kind]) => {
      /** @type {HTMLElement} */ (document.getElementById('viewer')).hidden = true;
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], 'one.png', { type: 'image/png' }));
      document.body.dispatchEvent(kind === 'drop' ? new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }) : new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true }));
    }, [data, type]);
    await page.waitForSelector('#viewer:not([hidden])');
    assert.match(await page.textContent('#what') ?? '', /float32 · 60 × 90/);
  }
  assert.deepEqual(errors, []);
  await page.close();
});
