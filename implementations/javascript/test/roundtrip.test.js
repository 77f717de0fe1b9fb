import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encode, decode, inspect, EncodeError, PROFILES } from '../src/intaglio.js';
import { ELEMENTS } from '../src/arrays.js';
import { hex, sha256 } from '../src/bytes.js';
import { readIhdr } from '../src/png.js';
import { parts, pixels, rgbaPng } from './tools.js';

let seed = 99;
const rnd = (n) => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) % n;
const noise = (n, bool) => Uint8Array.from({ length: n }, () => (bool ? (rnd(1 << 20) >> 9) & 1 : rnd(1 << 24) >> 12));

for (const e of ELEMENTS.values()) {
  test(`element ${e.name}, every filter and shape`, async () => {
    const lists = [undefined, [], [['order']], [['delta', 1]], [['delta', e.components]], [['lorenzo', 1, 7]], [['zigzag']], [['shuffle']], [['bytedelta']],
      [['order'], ['lorenzo', e.components, 7 * e.components], ['zigzag'], ['shuffle'], ['bytedelta']]];
    const arrays = [];
    for (const [k, filters] of lists.entries()) {
      for (const shape of [[], [0], [5, 0, 3], [1], [13, 7]]) {
        const n = shape.reduce((a, b) => a * b, 1);
        arrays.push({
          name: `${k} ${shape}`, element: e.name, shape, filters, bytes: noise(n * e.itemSize, e.name === 'bool'),
          codec: k % 2 ? 'stored' : 'zstd', blockLength: k % 3 ? 10 : undefined,
          ...(e.timed ? { unit: k ? 'ns' : 'generic', unitCount: k ? 25 : 1 } : {}),
        });
      }
    }
    const f = await encode({ arrays, profile: 'fine' });
    const r = await decode(f);
    arrays.forEach((a, i) => {
      assert.deepEqual(r.arrays[i].bytes, a.bytes, a.name);
      assert.equal(r.arrays[i].name, a.name);
      assert.equal(r.arrays[i].element, e.name);
      assert.deepEqual(r.arrays[i].shape, a.shape.map(BigInt));
    });
  });
}
for (const [name, depths] of [...Object.entries(PROFILES), ['odd', [0, 0, 1, 0]], ['alpha only', [0, 0, 0, 3]], ['7-0-5-1', [7, 0, 5, 1]], ['full', [8, 8, 8, 4]]]) {
  test(`depths ${name}`, async () => {
    const bytes = noise(1001);
    const cover = { width: 20, height: 10, rgba: noise(800) };
    const f = await encode({ arrays: [{ name: 'a', element: 'uint8', shape: [1001], bytes }], depths, cover, metadata: '{"x": 1.50}' });
    const r = await decode(f);
    assert.deepEqual(r.arrays[0].bytes, bytes);
    assert.deepEqual(r.depths, depths);
    assert.equal(r.metadata, '{"x": 1.50}');
    const t = parts(f);
    for (let i = 3; i < t.rgba.length; i += 4) assert.ok(t.rgba[i] >= 240);
    assert.equal(readIhdr(f).colorType, depths[3] ? 6 : 2);
    // the echo
    assert.deepEqual([...t.rgba.subarray(0, 320)].map((v, i) => v & [7, 3, 7, 0][i % 4]), [...t.rgba.subarray(-320)].map((v, i) => v & [7, 3, 7, 0][i % 4]));
    // a re-encoding of the PNG is the same file
    assert.deepEqual((await decode(rgbaPng(t.rgba, t.width, t.height))).arrays[0].bytes, bytes);
  });
}
test('no arrays, with and without metadata', async () => {
  assert.deepEqual((await decode(await encode({ arrays: [] }))).arrays, []);
  assert.equal((await decode(await encode({ arrays: [], metadata: ' {} ' }))).metadata, ' {} ');
});
test('names and metadata come back as they are; wanted arrays in file order', async () => {
  const names = ['../../x', 'CON', '\ufeff', 'é', 'e\u0301', '😀', 'x'.repeat(255)];
  const f = await encode({ arrays: names.map((name, i) => ({ name, element: 'uint8', shape: [1], bytes: Uint8Array.of(i), metadata: `{"n":${i}}` })) });
  const r = await decode(f, { wanted: ['😀', 'CON', 'CON'] });
  assert.deepEqual(r.arrays.map((a) => [a.name, a.bytes[0], a.metadata]), [['CON', 1, '{"n":1}'], ['😀', 5, '{"n":5}']]);
  assert.deepEqual((await inspect(f)).arrays.map((a) => a.name), names);
});
test('a larger array over several blocks', async () => {
  const v = new Float64Array(700 * 500).map((_, i) => Math.sin(i / 500) * (i % 500));
  const bytes = new Uint8Array(v.buffer);
  const f = await encode({ arrays: [{ name: 'v', element: 'float64', shape: [700, 500], bytes }] });
  assert.ok(parts(f).header.arrays[0].blockCount > 1);
  assert.deepEqual((await decode(f)).arrays[0].bytes, bytes);
});
test('cover and size', async () => {
  const cover = rgbaPng(noise(4 * 60 * 40), 60, 40);
  const a = [{ name: 'a', element: 'uint8', shape: [30], bytes: noise(30) }];
  assert.equal(readIhdr(await encode({ arrays: a, cover })).width, 60);
  const f = await encode({ arrays: a, cover, width: 90, height: 50 });
  assert.equal(readIhdr(f).height, 50);
  await decode(f);
  const p = pixels(await encode({ arrays: a, cover: { width: 20, height: 20, rgba: new Uint8Array(1600) } }));
  assert.ok(p.every((v) => v >= 248), 'a transparent cover is composited onto white');
});
test('what cannot be written is refused', async () => {
  const a = { name: 'a', element: 'uint8', shape: [2], bytes: new Uint8Array(2) };
  const no = (over, all = {}) => assert.rejects(encode({ arrays: [{ ...a, ...over }], ...all }), EncodeError);
  await no({ shape: [3] });
  await no({ shape: [-2] });
  await no({ element: 'constructor' });
  await no({ name: '' });
  await no({ name: 'a\n' });
  await no({ name: '\ud800' });
  await no({ name: 'é'.repeat(128) });
  await no({ filters: [['delta', 0]] });
  await no({ filters: [['zigzag'], ['delta', 1]] });
  await no({ filters: [['delta', 1], ['lorenzo', 1, 2]] });
  await no({ filters: [['toString']] });
  await no({ filters: [['delta', 1, 2]] });
  await no({ codec: 'toString' });
  await no({ blockLength: 0 });
  await no({ unit: 'ns' });
  await no({ element: 'bool', bytes: Uint8Array.of(0, 2) });
  await no({ metadata: '{"a":1,"a":2}' });
  await no({ metadata: '' });
  await no({}, { metadata: '[]' });
  await no({}, { width: 10, height: 10 });
  await no({}, { depths: [0, 0, 0, 0] });
  await no({}, { depths: [2, 2, 2, 5] });
  await no({}, { profile: 'constructor' });
  await no({}, { cover: new Uint8Array(10) });
  await assert.rejects(encode({ arrays: [a, a] }), EncodeError);
});

const adapter = fileURLToPath(new URL('../bin/adapter.js', import.meta.url));
const run = (...args) => spawnSync(process.execPath, [adapter, ...args], { encoding: 'utf8' });
test('the adapter', () => {
  const dir = mkdtempSync(path(tmpdir(), 'intaglio-'));
  const d = JSON.parse(execFileSync(process.execPath, [adapter, 'describe'], { encoding: 'utf8' }));
  assert.equal(d.language, 'JavaScript');
  const bytes = noise(48);
  writeFileSync(path(dir, 'a.bin'), bytes);
  writeFileSync(path(dir, 'r.json'), JSON.stringify({
    metadata: '{"k":1}', depths: [3, 2, 3, 0], width: null, height: null,
    arrays: [{ name: 'a', element: 'uint16', unit: null, unit_count: 0, shape: ['4', '6'], metadata: null, file: 'a.bin', filters: [['delta', 1], ['zigzag'], ['shuffle']], codec: 'zstd', block_length: 12 },
      { name: 't', element: 'datetime64', unit: 'ns', unit_count: 1, shape: ['6'], metadata: '{}', file: 'a.bin' }],
  }));
  const f = path(dir, 'f.png');
  assert.equal(run('encode', '--request', path(dir, 'r.json'), '--out', f).status, 0);
  const out = path(dir, 'out');
  assert.equal(run('decode', '--in', f, '--out', out).status, 0);
  const r = JSON.parse(readFileSync(path(out, 'result.json'), 'utf8'));
  assert.deepEqual(r, {
    result: 'accept', metadata: '{"k":1}',
    arrays: [{ name: 'a', element: 'uint16', unit: null, unit_count: 0, shape: ['4', '6'], metadata: null, sha256: hex(sha256(bytes)), file: '0.bin' },
      { name: 't', element: 'datetime64', unit: 'ns', unit_count: 1, shape: ['6'], metadata: '{}', sha256: hex(sha256(bytes)), file: '1.bin' }],
  });
  assert.deepEqual(new Uint8Array(readFileSync(path(out, '1.bin'))), bytes);
  assert.equal(run('decode', '--in', f, '--out', out, '--only', 't').status, 0);
  assert.deepEqual(readdirSync(out).sort(), ['0.bin', 'result.json']);
  const broken = readFileSync(f);
  broken[100] ^= 1;
  writeFileSync(f, broken);
  assert.equal(run('decode', '--in', f, '--out', out).status, 65);
  assert.deepEqual(readdirSync(out), ['result.json']);
  assert.deepEqual(JSON.parse(readFileSync(path(out, 'result.json'), 'utf8')), { result: 'reject', reason: 'png-damaged' });
  assert.equal(run('decode', '--in', path(dir, 'missing'), '--out', out).status, 64);
  assert.equal(run('nonsense').status, 64);
  assert.equal(run().status, 64);
});
