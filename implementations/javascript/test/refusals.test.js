import test from 'node:test';
import assert from 'node:assert/strict';
import { PNG_HEX } from './worked.js';
import { fromHex, parts, assemble, reasonOf, resealHeader, writeHeader, rgbaPng, pixels, png, join } from './tools.js';
import { encode, decode, inspect, DecodeError } from '../src/intaglio.js';
import { sha256, crc32 } from '../src/bytes.js';
import { tableEntry } from '../src/container.js';
import { checkFrame, loadEncoder } from '../src/blocks.js';

const worked = parts(fromHex(PNG_HEX));
const base = (over = {}) => assemble({ headerBytes: worked.headerBytes, tables: worked.tables, blocks: worked.blocks, ...over });
const set32 = (b, at, v) => new DataView(b.buffer, b.byteOffset).setUint32(at, v, true);

test('the untouched parts are accepted', async () => assert.equal(await reasonOf(base()), 'accepted'));

const prologue = {
  'no-prologue': [(p) => { p[0] = 0x4a; }],
  'version-unknown': [(p) => { p[8] = 2; p[12] = 1; p[24] = 9; }, (p) => { p[8] = 0; }],
  'required-flag-unknown': [(p) => { p[15] = 0x80; p[20] = 9; }],
  'prologue-malformed': [(p) => { p[20] = 9; p[24] = 1; }, (p) => { p[23] = 5; }, (p) => p.fill(0, 20, 24)],
  'carrier-size-mismatch': [(p) => { p[24]++; p[32] = 0; }, (p) => { p[28]++; }],
  'length-mismatch': [(p) => { p[32] = 11; }, (p) => set32(p, 32, 4194305), (p) => { p[36] = 66; }, (p) => { p[36] = 109; p[20] = 8; p[21] = 8; p[22] = 8; }, (p) => { p[43] = 0x80; }],
  'header-damaged': [(p) => { p[32]--; }],
  'root-mismatch': [(p) => { p[50] ^= 1; }, (p) => { p[16] = 1; }, (p) => { p[9] = 3; }],
};
for (const [reason, edits] of Object.entries(prologue)) {
  edits.forEach((edit, i) => test(`prologue: ${reason} ${i}`, async () => {
    // 196 pixels: a body of 109 bytes is one too many.
    assert.equal(await reasonOf(base({ edit, width: 14, height: 14 })), reason);
  }));
}
test('prologue-damaged, and the echo does not help', async () => {
  const f = base();
  const rgba = pixels(f);
  rgba[0 * 4 + 20 * 4] ^= 1;
  assert.equal(await reasonOf(rgbaPng(rgba, 14, 14)), 'prologue-damaged');
  const other = pixels(f);
  other.fill(0, (196 - 80) * 4, 196 * 4);
  assert.equal(await reasonOf(rgbaPng(other, 14, 14)), 'accepted');
});
test('small pictures', async () => {
  const rgba = pixels(base());
  assert.equal(await reasonOf(rgbaPng(rgba, 23, 1)), 'no-prologue');
  assert.equal(await reasonOf(rgbaPng(rgba, 24, 1)), 'prologue-damaged');
  assert.equal(await reasonOf(rgbaPng(rgba, 80, 1)), 'carrier-size-mismatch');
  assert.equal(await reasonOf(rgbaPng(new Uint8Array(400), 10, 10)), 'no-prologue');
});
test('fewer than 160 pixels: length-mismatch', async () => {
  const f = base({ width: 14, height: 14, edit: (p) => { set32(p, 24, 100); set32(p, 28, 1); } });
  assert.equal(await reasonOf(rgbaPng(pixels(f).subarray(0, 400), 100, 1)), 'length-mismatch');
});
test('an optional flag and a minor version are accepted', async () => {
  const edit = (p) => {
    p[9] = 7;
    set32(p, 16, 0xffffffff);
    p.set(sha256(p.subarray(0, 44), worked.headerBytes, worked.tables), 44);
  };
  assert.equal(await reasonOf(base({ edit })), 'accepted');
});

// Headers
const zero = new Uint8Array(0);
const enc = (s) => new TextEncoder().encode(s);
const record = (over = {}) => ({
  nameBytes: enc('x'), elementCode: 0x20, unit: 0, unitCount: 0, shape: [], filters: [], codec: 0, blockLength: 1, blockCount: 1,
  digest: sha256(Uint8Array.of(42)), metadataBytes: zero, ...over,
});
const flt = (code, ...p) => ({ code, raw: Uint8Array.from(p.flatMap((v) => [v & 255, (v >> 8) & 255, (v >> 16) & 255, v >>> 24])) });
const file = (arrays, over = {}, rest = {}) => assemble({ headerBytes: writeHeader({ metadataBytes: zero, arrays, ...over }), tables: worked.tables, blocks: worked.blocks, ...rest });
const T = (over) => file([record(over)]);
const cases = [
  ['accepted', T({})],
  ['header-malformed', T({ nameBytes: zero })],
  ['header-malformed', T({ unit: 1 })],
  ['header-malformed', T({ unitCount: 1 })],
  ['header-malformed', T({ elementCode: 0x50 })],
  ['header-malformed', T({ elementCode: 0x50, unit: 15, unitCount: 1 })],
  ['header-malformed', T({ elementCode: 0x50, unit: 10, unitCount: 0 })],
  ['header-malformed', T({ elementCode: 0x51, unit: 10, unitCount: 0x80000000 })],
  ['header-malformed', T({ elementCode: 0x51, unit: 14, unitCount: 2 })],
  ['block-malformed', T({ elementCode: 0x51, unit: 14, unitCount: 1 })],
  ['header-malformed', T({ shape: Array(33).fill(1n) })],
  ['accepted', T({ shape: Array(32).fill(1n) })],
  ['header-malformed', T({ filters: Array(9).fill(flt(0x77)) })],
  ['filter-unknown', T({ filters: Array(8).fill(flt(0x77, 1)) })],
  ['filter-unknown', T({ filters: [flt(5), flt(0), flt(2)] })],
  ['header-malformed', T({ filters: [flt(5), flt(4)] })],
  ['header-malformed', T({ filters: [flt(4), flt(4)] })],
  ['header-malformed', T({ filters: [flt(2, 1), flt(3, 1, 2)] })],
  ['header-malformed', T({ filters: [flt(2)] })],
  ['header-malformed', T({ filters: [flt(2, 0)] })],
  ['header-malformed', T({ filters: [flt(3, 0, 1)] })],
  ['header-malformed', T({ filters: [flt(3, 2, 2)] })],
  ['header-malformed', T({ filters: [flt(4, 1)] })],
  ['header-malformed', T({ blockLength: 0 })],
  ['header-malformed', T({ blockLength: 2 })],
  ['header-malformed', T({ blockCount: 2 })],
  ['header-malformed', T({ blockCount: 0 })],
  ['header-malformed', T({ shape: [0n], blockLength: 1, blockCount: 0 })],
  ['header-malformed', T({ shape: [2n ** 63n], blockLength: 1, blockCount: 1 })],
  ['header-malformed', T({ shape: [2n ** 63n, 0n], blockLength: 0, blockCount: 0 })],
  ['length-mismatch', file([record({ shape: [2n ** 63n - 1n, 0n], blockLength: 0, blockCount: 0 })], {}, { tables: zero })],
  ['header-malformed', T({ elementCode: 0x11, shape: [2n ** 62n, 0n], blockLength: 0, blockCount: 0 })],
  ['header-malformed', T({ shape: [8388609n], blockLength: 8388609, blockCount: 1 })],
  ['block-malformed', T({ shape: [8388608n], blockLength: 8388608, blockCount: 1 })],
  ['element-unknown', T({ elementCode: 0x77, shape: [8388609n], blockLength: 8388609, blockCount: 1, unit: 99, unitCount: 7, filters: [flt(0)], codec: 9 })],
  ['codec-unknown', T({ codec: 2 })],
  ['filter-unknown', T({ codec: 2, filters: [flt(9)] })],
  ['name-invalid', T({ nameBytes: Uint8Array.of(0x0a) })],
  ['name-invalid', T({ nameBytes: Uint8Array.of(0xc2, 0x80) })],
  ['name-invalid', T({ nameBytes: Uint8Array.of(0x7f) })],
  ['name-invalid', T({ nameBytes: Uint8Array.of(0xed, 0xa0, 0x80) })],
  ['name-invalid', T({ nameBytes: Uint8Array.of(0xc0, 0xaf) })],
  ['accepted', T({ nameBytes: enc('\ufeff') })],
  ['name-invalid', file([record(), record()])],
  ['length-mismatch', file([record(), record({ nameBytes: enc('y') })])],
  ['metadata-invalid', T({ metadataBytes: enc('[]') })],
  ['accepted', T({ metadataBytes: enc(' {} ') })],
  ['metadata-invalid', file([record()], { metadataBytes: enc('{"a":1,"a":1}') })],
  ['extension-unknown', file([record()], { extensions: [{ type: 1, flags: 1, data: zero }] })],
  ['accepted', file([record()], { extensions: [{ type: 1, flags: 0, data: zero }, { type: 0xffff, flags: 0, data: enc('abc') }] })],
  ['header-malformed', file([record()], { extensions: [{ type: 1, flags: 0, data: zero }, { type: 1, flags: 0, data: zero }] })],
  ['header-malformed', file([record()], { extensions: [{ type: 1, flags: 2, data: zero }] })],
  ['length-mismatch', file([], {}, { tables: zero })],
  ['accepted', file([], {}, { tables: zero, blocks: zero })],
  ['array-digest-mismatch', T({ digest: new Uint8Array(32) })],
  ['accepted', T({ elementCode: 0x10 })],
  ['length-mismatch', T({ shape: [1000n], blockLength: 1, blockCount: 1000 })],
];
cases.forEach(([reason, f], i) => test(`header case ${i}: ${reason}`, async () => assert.equal(await reasonOf(f), reason)));

test('header bytes left over, or missing', async () => {
  const h = worked.headerBytes;
  const longer = resealHeader(join(h.subarray(0, 63), [0], [0, 0, 0, 0]));
  assert.equal(await reasonOf(base({ headerBytes: longer })), 'header-malformed');
  const more = h.slice();
  more[0] = 2;
  assert.equal(await reasonOf(base({ headerBytes: resealHeader(more) })), 'header-malformed');
  const meta = h.slice();
  set32(meta, 4, 0xffffffff);
  assert.equal(await reasonOf(base({ headerBytes: resealHeader(meta) })), 'header-malformed');
});

// Blocks
const blockFile = (over, stored, canonical, block = {}) => {
  const entry = tableEntry(stored, block.sha ?? sha256(canonical));
  if (block.crc !== undefined) set32(entry, 4, block.crc);
  if (block.length !== undefined) set32(entry, 0, block.length);
  return file([record({ shape: [BigInt(canonical.length)], blockLength: canonical.length, digest: sha256(canonical), ...over })], {}, { tables: entry, blocks: stored });
};
test('blocks', async () => {
  const b = enc('0101');
  assert.equal(await reasonOf(blockFile({}, b, b)), 'accepted');
  assert.equal(await reasonOf(blockFile({}, b, b, { crc: 0, sha: new Uint8Array(32) })), 'block-damaged');
  assert.equal(await reasonOf(blockFile({}, b, b, { sha: new Uint8Array(32) })), 'block-digest-mismatch');
  assert.equal(await reasonOf(blockFile({}, b, b, { length: 0 })), 'length-mismatch');
  assert.equal(await reasonOf(blockFile({}, b, b, { length: 3 })), 'length-mismatch');
  assert.equal(await reasonOf(blockFile({ elementCode: 1 }, b, b)), 'element-invalid');
  assert.equal(await reasonOf(blockFile({ elementCode: 1, digest: new Uint8Array(32) }, b, b)), 'element-invalid');
  assert.equal(await reasonOf(blockFile({ elementCode: 1 }, b.map((x) => x & 1), b.map((x) => x & 1))), 'accepted');
  assert.equal(await reasonOf(blockFile({ filters: [flt(6)] }, b, b)), 'block-digest-mismatch');
});
test('zstd frames', async () => {
  const zstd = await loadEncoder();
  const b = enc('hello, hello, hello, hello, hello, hello, hello, hello');
  const n = b.length;
  const z = zstd.compress(b, 3);
  const r = (stored) => reasonOf(blockFile({ codec: 1 }, Uint8Array.from(stored), b));
  assert.equal(await r(z), 'accepted');
  assert.equal(await r(join(z, [0])), 'block-malformed');
  assert.equal(await r(join(z, z)), 'block-malformed');
  assert.equal(await r(z.subarray(0, z.length - 1)), 'block-malformed');
  assert.equal(await r(join([0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0], z)), 'block-malformed');
  assert.equal(await r(join(z, [0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0])), 'block-malformed');
  const M = [0x28, 0xb5, 0x2f, 0xfd];
  const raw = (size, last = 1, type = 0) => [(size << 3 | type << 1 | last) & 255, (size >> 5) & 255, size >> 13];
  const one = [...raw(n), ...b];
  assert.equal(await r([...M, 0x20, n, ...one]), 'accepted');
  assert.equal(await r([...M, 0x30, n, ...one]), 'accepted', 'the unused bit means nothing');
  assert.equal(await r([...M, 0x28, n, ...one]), 'block-malformed', 'reserved bit');
  assert.equal(await r([...M, 0x21, 0, n, ...one]), 'block-malformed', 'dictionary');
  assert.equal(await r([...M, 0x00, 0x00, ...one]), 'block-malformed', 'no content size');
  assert.equal(await r([...M, 0x20, n + 1, ...one]), 'block-malformed');
  assert.equal(await r([...M, 0x20, n, ...raw(n - 1), ...b.subarray(1)]), 'block-malformed', 'too few bytes');
  assert.equal(await r([...M, 0x80, 0x00, n, 0, 0, 0, ...one]), 'accepted');
  assert.equal(await r([...M, 0x80, 13 << 3, n, 0, 0, 0, ...one]), 'accepted', 'window of 8 MiB');
  assert.equal(await r([...M, 0x80, (13 << 3) | 1, n, 0, 0, 0, ...one]), 'block-malformed', 'window above 8 MiB');
  assert.equal(await r([...M, 0xc0, 0x00, n, 0, 0, 0, 0, 0, 0, 0, ...one]), 'accepted');
  assert.equal(await r([...M, 0xc0, 0x00, n, 0, 0, 0, 0, 0, 0, 1, ...one]), 'block-malformed');
  assert.equal(await r([...M, 0x20, n, ...raw(10, 0), ...b.subarray(0, 10), ...raw(n - 10), ...b.subarray(10)]), 'accepted');
  assert.equal(await r([...M, 0x20, n, ...raw(n, 1, 3), ...b]), 'block-malformed', 'reserved block type');
  assert.equal(await r([...M, 0x24, n, ...one, 0, 0, 0, 0]), 'block-malformed', 'wrong content checksum');
  assert.equal(await r([...M, 0x24, n, ...one]), 'block-malformed', 'no content checksum');
  assert.equal(await r([]).catch(() => 'no'), 'length-mismatch');
  assert.equal(await r([0x28]), 'block-malformed');
  const zeros = Uint8Array.from([...M, 0x20, 54, ...raw(54, 1, 1), 0]);
  assert.equal(await reasonOf(blockFile({ codec: 1 }, zeros, new Uint8Array(54))), 'accepted');
  // a raw block above 128 KiB is no block of RFC 8878
  const big = new Uint8Array(200000);
  assert.throws(() => checkFrame(join([...M, 0xa0, 0x40, 0x0d, 3, 0], raw(200000), big), 200000), DecodeError);
  assert.doesNotThrow(() => checkFrame(join([...M, 0xa0, 0x40, 0x0d, 3, 0], raw(131072, 0), big.subarray(0, 131072), raw(68928), big.subarray(0, 68928)), 200000));
});
test('every byte of a zstd frame flipped: refused, and the module still works after', async () => {
  const zstd = await loadEncoder();
  const b = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) % 251 & 0x3f);
  const z = zstd.compress(b, 9);
  for (let i = 0; i < z.length; i += 3) {
    const s = z.slice();
    s[i] ^= 0x41;
    assert.ok(['block-malformed', 'block-digest-mismatch'].includes(await reasonOf(blockFile({ codec: 1 }, s, b))));
  }
  assert.equal(await reasonOf(blockFile({ codec: 1 }, z, b)), 'accepted');
});

test('limits', async () => {
  const f = base();
  assert.equal(await reasonOf(f, { limits: { pixels: 195 } }), 'limit-exceeded');
  assert.equal(await reasonOf(f, { limits: { pixels: 196, bytes: 1 } }), 'accepted');
  assert.equal(await reasonOf(f, { limits: { bytes: 0 } }), 'limit-exceeded');
  await assert.rejects(decode(f, { limits: { pixels: 195 } }), /the limit is 195: limits\.pixels allows more/);
  await assert.rejects(decode(f, { limits: { bytes: 0 } }), /the limit is 0: limits\.bytes allows more/);
  const cut = png({ w: 8193, h: 8192, raw: [] }).subarray(0, 40);
  assert.equal(await reasonOf(cut), 'limit-exceeded');
  const many = await encode({ arrays: [{ name: 'a', element: 'uint8', shape: [9], bytes: new Uint8Array(9) }, { name: 'b', element: 'uint8', shape: [9], bytes: new Uint8Array(9) }] });
  assert.equal(await reasonOf(many, { limits: { bytes: 17 } }), 'limit-exceeded');
  assert.equal(await reasonOf(many, { limits: { bytes: 9 }, wanted: ['b'] }), 'accepted');
});
test('an unknown element refuses only that array; an unknown name is no reason', async () => {
  const entry = worked.tables;
  const f = file([record({ nameBytes: enc('u'), elementCode: 0x99 }), record()], {}, { tables: join(entry, entry), blocks: Uint8Array.of(42, 42) });
  assert.equal(await reasonOf(f), 'element-unknown');
  assert.equal((await decode(f, { wanted: ['x'] })).arrays[0].bytes[0], 42);
  await assert.rejects(decode(f, { wanted: ['nope'] }), (e) => !(e instanceof DecodeError));
  const i = await inspect(f);
  assert.equal(i.arrays[0].element, null);
  assert.equal(i.arrays[0].elementCode, 0x99);
});
test('steps 20 to 23 come before step 24', async () => {
  const bad = tableEntry(Uint8Array.of(42), sha256(Uint8Array.of(42)));
  bad[4] ^= 1;
  const f = file([record(), record({ nameBytes: enc('u'), codec: 7 })], {}, { tables: join(bad, worked.tables), blocks: Uint8Array.of(42, 42) });
  assert.equal(await reasonOf(f), 'codec-unknown');
  assert.equal(await reasonOf(f, { wanted: ['x'] }), 'block-damaged');
  assert.equal(crc32(zero), 0);
});
test('inspect sees what decode sees, but not the end of the PNG', async () => {
  const f = await encode({ arrays: [{ name: 'a', element: 'uint8', shape: [300000], codec: 'stored', bytes: Uint8Array.from({ length: 300000 }, (_, i) => (i * i * 7) >> 5) }] });
  const cut = f.slice();
  cut[cut.length - 1] ^= 1; // the CRC of IEND
  assert.equal(await reasonOf(cut), 'png-damaged');
  assert.equal((await inspect(cut)).arrays[0].name, 'a');
});
test('random damage never does anything but refuse', async () => {
  const f = await encode({ metadata: '{"a":1}', arrays: [{ name: 'a', element: 'int32', shape: [50, 40], bytes: Uint8Array.from({ length: 8000 }, (_, i) => i >> 4) }] });
  let s = 7;
  const rnd = (n) => (s = (Math.imul(s, 1664525) + 1013904223) >>> 0) % n;
  const rgba = pixels(f);
  const { width, height } = parts(f);
  for (let k = 0; k < 300; k++) {
    const r = rgba.slice();
    for (let j = 0; j <= k % 3; j++) r[rnd(r.length)] ^= 1 << rnd(4);
    const g = rgbaPng(r, width, height);
    await reasonOf(g);
    await inspect(g).catch((e) => assert.ok(e instanceof DecodeError));
  }
});

test('other prologue lengths', async () => {
  const rgba = pixels(base());
  const make = (n) => {
    const p = new Uint8Array(n);
    p.set(worked.p.bytes.subarray(0, Math.min(n, 76)));
    new DataView(p.buffer).setUint16(10, n, true);
    set32(p, n - 4, crc32(p, 0, n - 4));
    const r = rgba.slice();
    p.forEach((b, k) => r.set([b >> 5, (b >> 3) & 3, b & 7, 255], k * 4));
    return rgbaPng(r, 14, 14);
  };
  for (const n of [24, 79, 81, 100, 196]) assert.equal(await reasonOf(make(n)), 'prologue-malformed', String(n));
  for (const n of [16, 20, 23]) assert.equal(await reasonOf(make(n)), 'prologue-damaged', String(n));
});
