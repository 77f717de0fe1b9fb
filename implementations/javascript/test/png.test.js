import test from 'node:test';
import assert from 'node:assert/strict';
import { deflateSync, deflateRawSync } from 'node:zlib';
import { readIhdr, PixelReader, checkSignature, writePng } from '../src/png.js';
import { DecodeError } from '../src/errors.js';
import { png, pixels, chunk, join, SIG, ihdr, be32 } from './tools.js';

const bad = (file) => assert.throws(() => { checkSignature(file); pixels(file); }, (e) => e instanceof DecodeError && e.reason === 'png-damaged');
const good = { w: 2, h: 1, type: 2, raw: [0, 1, 2, 3, 4, 5, 6] };
const z = deflateSync(Uint8Array.from(good.raw));

test('grey of 1, 2, 4, 8, 16 bits', () => {
  assert.deepEqual([...pixels(png({ w: 3, h: 1, depth: 1, type: 0, raw: [0, 0b10111111] }))].filter((_, i) => i % 4 === 0), [255, 0, 255]);
  assert.deepEqual([...pixels(png({ w: 4, h: 1, depth: 2, type: 0, raw: [0, 0b00011011] }))].filter((_, i) => i % 4 === 0), [0, 85, 170, 255]);
  assert.deepEqual([...pixels(png({ w: 3, h: 1, depth: 4, type: 0, raw: [0, 0x1f, 0x80] }))].filter((_, i) => i % 4 === 1), [17, 255, 136]);
  assert.deepEqual([...pixels(png({ w: 1, h: 1, depth: 16, type: 0, raw: [0, 0x12, 0xff] }))], [0x12, 0x12, 0x12, 255]);
  assert.deepEqual([...pixels(png({ w: 1, h: 1, depth: 16, type: 4, raw: [0, 0x12, 0xff, 0x7f, 0xff] }))], [0x12, 0x12, 0x12, 0x7f]);
  assert.deepEqual([...pixels(png({ w: 1, h: 1, depth: 16, type: 6, raw: [0, 1, 9, 2, 9, 3, 9, 4, 9] }))], [1, 2, 3, 4]);
  assert.deepEqual([...pixels(png({ w: 1, h: 1, depth: 16, type: 2, raw: [0, 1, 9, 2, 9, 3, 9] }))], [1, 2, 3, 255]);
});
test('tRNS', () => {
  const t = (d) => [chunk('tRNS', d)];
  assert.equal(pixels(png({ w: 1, h: 1, depth: 16, type: 0, raw: [0, 1, 2], before: t([1, 2]) }))[3], 0);
  assert.equal(pixels(png({ w: 1, h: 1, depth: 16, type: 0, raw: [0, 1, 2], before: t([1, 3]) }))[3], 255);
  assert.equal(pixels(png({ w: 1, h: 1, depth: 2, type: 0, raw: [0, 0b01000000], before: t([0xff, 0xfd]) }))[3], 0);
  assert.deepEqual([...pixels(png({ ...good, before: t([7, 1, 7, 2, 7, 3]) }))], [1, 2, 3, 0, 4, 5, 6, 255]);
  assert.deepEqual([...pixels(png({ w: 2, h: 1, depth: 16, type: 2, raw: [0, 1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 4], before: t([1, 1, 2, 2, 3, 3]) }))], [1, 2, 3, 0, 1, 2, 3, 255]);
  assert.deepEqual([...pixels(png({ w: 2, h: 1, type: 3, raw: [0, 0, 1], before: [chunk('PLTE', [1, 2, 3, 4, 5, 6]), ...t([9])] }))], [1, 2, 3, 9, 4, 5, 6, 255]);
  assert.equal(pixels(png({ w: 1, h: 1, type: 6, raw: [0, 1, 2, 3, 4], before: [...t([]), ...t([1])] }))[3], 4);
  bad(png({ ...good, before: t([1, 2]) }));
  bad(png({ ...good, before: [...t([0, 1, 0, 2, 0, 3]), ...t([0, 1, 0, 2, 0, 3])] }));
  bad(join(SIG, ihdr(2, 1, 8, 2), chunk('IDAT', z), chunk('tRNS', [0, 1, 0, 2, 0, 3]), chunk('IEND')));
  bad(png({ w: 1, h: 1, type: 3, raw: [0, 0], before: [...t([9]), chunk('PLTE', [1, 2, 3])] }));
  bad(png({ w: 1, h: 1, type: 3, raw: [0, 0], before: [chunk('PLTE', [1, 2, 3]), ...t([9, 9])] }));
  bad(png({ w: 1, h: 1, type: 3, raw: [0, 0], before: [chunk('PLTE', [1, 2, 3]), ...t([])] }));
});
test('palettes', () => {
  const p = chunk('PLTE', [1, 2, 3]);
  const one = { w: 1, h: 1, type: 3, raw: [0, 0] };
  assert.deepEqual([...pixels(png({ ...one, before: [p] }))], [1, 2, 3, 255]);
  bad(png(one));
  bad(png({ ...one, before: [p, p] }));
  bad(png({ ...one, before: [chunk('PLTE', [])] }));
  bad(png({ ...one, before: [chunk('PLTE', [1, 2])] }));
  bad(png({ ...one, raw: [0, 1], before: [p] }));
  bad(join(SIG, ihdr(1, 1, 8, 3), chunk('IDAT', deflateSync(Uint8Array.of(0, 0))), p, chunk('IEND')));
  // unused low bits have no meaning, not even as palette indices
  assert.equal(pixels(png({ w: 1, h: 1, depth: 1, type: 3, raw: [0, 0x7f], before: [p] }))[0], 1);
  // ignored elsewhere
  pixels(png({ ...good, before: [chunk('PLTE', [1]), chunk('PLTE', [1])] }));
});
test('chunks', () => {
  pixels(png(good));
  pixels(png({ ...good, before: [chunk('tEXt', [1]), chunk('abcd', [])] }));
  bad(png({ ...good, before: [chunk('ABCD', [])] }));
  bad(png({ ...good, before: [chunk('ab1d', [])] }));
  bad(png({ ...good, before: [ihdr(2, 1, 8, 2)] }));
  bad(join(SIG, chunk('tEXt', [1]), ihdr(2, 1, 8, 2), chunk('IDAT', z), chunk('IEND')));
  bad(join(SIG, ihdr(2, 1, 8, 2), chunk('IEND')));
  bad(join(SIG, ihdr(2, 1, 8, 2), chunk('IDAT', z), chunk('IEND', [1])));
  bad(join(SIG, ihdr(2, 1, 8, 2), chunk('IDAT', z)));
  bad(png({ ...good, idat: [chunk('IDAT', z.subarray(0, 4)), chunk('tEXt', []), chunk('IDAT', z.subarray(4))] }));
  pixels(png({ ...good, idat: [chunk('IDAT', []), ...[...z].map((b) => chunk('IDAT', [b])), chunk('IDAT', [])] }));
  const t = chunk('tEXt', [1]);
  t[t.length - 1] ^= 1;
  bad(png({ ...good, before: [t] }));
  bad(png({ ...good, before: [join([0x80, 0, 0, 0], [0x74, 0x45, 0x58, 0x74])] }));
  for (const [w, h, d, c, i] of [[0, 1, 8, 2, 0], [1, 0, 8, 2, 0], [0x80000000, 1, 8, 2, 0], [1, 1, 4, 2, 0], [1, 1, 16, 3, 0], [1, 1, 8, 1, 0], [1, 1, 8, 5, 0], [1, 1, 3, 0, 0], [1, 1, 8, 2, 2]]) {
    bad(join(SIG, ihdr(w, h, d, c, i)));
  }
});
test('the zlib stream', () => {
  const idat = (b) => png({ ...good, idat: [chunk('IDAT', b)] });
  pixels(idat(z));
  bad(idat(join(z, [0])));
  bad(idat(join(z, deflateSync(Uint8Array.of()))));
  bad(png({ ...good, idat: [chunk('IDAT', z), chunk('IDAT', [0])] }));
  bad(idat(z.subarray(0, z.length - 1)));
  bad(idat(deflateSync(Uint8Array.from(good.raw.slice(1)))));
  bad(idat(deflateSync(Uint8Array.from([...good.raw, 0]))));
  bad(idat(deflateRawSync(Uint8Array.from(good.raw))));
  bad(idat(deflateSync(Uint8Array.from(good.raw), { dictionary: Buffer.from('abc') })));
  const a = Uint8Array.from(z);
  a[a.length - 1] ^= 1;
  bad(idat(a));
  bad(idat(join([0x88, 0x1c], z.subarray(2)))); // window of 64 KiB
  bad(idat([]));
  bad(png({ ...good, raw: [5, 1, 2, 3, 4, 5, 6] }));
});
test('filters of scan lines, against the definitions', () => {
  const w = 5;
  const h = 10;
  const bpp = 3;
  const px = Array.from({ length: w * h * bpp }, (_, i) => (i * i * 37 + i * 11) & 255);
  const at = (y, i) => (y < 0 || i < 0 ? 0 : px[y * w * bpp + i]);
  const raw = [];
  for (let y = 0; y < h; y++) {
    const type = y % 5;
    raw.push(type);
    for (let i = 0; i < w * bpp; i++) {
      const [a, b, c] = [at(y, i - bpp), at(y - 1, i), i < bpp ? 0 : at(y - 1, i - bpp)];
      const p = a + b - c;
      const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
      const predict = [0, a, b, (a + b) >> 1, pa <= pb && pa <= pc ? a : pb <= pc ? b : c][type];
      raw.push((at(y, i) - predict) & 255);
    }
  }
  const out = pixels(png({ w, h, raw }));
  assert.deepEqual([...out].filter((_, i) => i % 4 !== 3), px);
});
test('Adam7, all small sizes', () => {
  const passes = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];
  for (let w = 1; w <= 9; w++) {
    for (let h = 1; h <= 9; h++) {
      const raw = [];
      for (const [x0, y0, dx, dy] of passes) {
        if (x0 >= w) continue;
        for (let y = y0; y < h; y += dy) {
          raw.push(0);
          for (let x = x0; x < w; x += dx) raw.push(x * 16 + y);
        }
      }
      const out = pixels(png({ w, h, type: 0, interlace: 1, raw }));
      for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) assert.equal(out[(y * w + x) * 4], x * 16 + y);
    }
  }
});
test('a declared size that the file cannot hold takes no memory', () => {
  bad(png({ w: 0x7fffffff, h: 0x7fffffff, raw: [0] }));
});
test('writePng', () => {
  const rgba = Uint8Array.from({ length: 4 * 35 }, (_, i) => (i % 4 === 3 ? 255 : (i * 73) & 255));
  const f = writePng(rgba, 7, 5, 'hint');
  assert.equal(readIhdr(f).colorType, 2);
  assert.deepEqual(pixels(f), rgba);
  rgba[7] = 254;
  const g = writePng(rgba, 7, 5, 'hint');
  assert.equal(readIhdr(g).colorType, 6);
  assert.deepEqual(pixels(g), rgba);
});
test('need() reads no further than it must', () => {
  const w = 100;
  const h = 3000;
  const raw = new Uint8Array((w * 3 + 1) * h);
  for (let i = 0; i < raw.length; i++) raw[i] = i % 301 === 0 ? 0 : (Math.imul(i, 2654435761) >>> 13) ^ (i * i);
  const f = png({ w, h, raw });
  const r = new PixelReader(f, readIhdr(f));
  r.need(80);
  assert.ok(r.ready >= 80 && r.ready < w * h);
});
