import test from 'node:test';
import assert from 'node:assert/strict';
import { FILTER_CODES, applyFilters, undoFilters } from '../src/filters.js';
import { fromHex } from './tools.js';

const f = (...list) => list.map(([name, ...params]) => ({ code: FILTER_CODES[name], name, params }));
const bytesOf = (values, w) => Uint8Array.from(values.flatMap((v) => Array.from({ length: w / 8 }, (_, j) => Number((v >> BigInt(8 * j)) & 255n))));
const valuesOf = (b, w) => Array.from({ length: b.length / (w / 8) }, (_, i) => Array.from({ length: w / 8 }, (_, j) => BigInt(b[(i * w) / 8 + j]) << BigInt(8 * j)).reduce((a, c) => a | c, 0n));

/** The formulas of SPEC 10, letter by letter, in BigInt. */
const FORMULA = {
  order: (x, i, w) => (x[i] >> BigInt(w - 1) ? 2n ** BigInt(w) - 1n - x[i] : x[i] + 2n ** BigInt(w - 1)),
  delta: (x, i, w, lag) => x[i] - (x[i - lag] ?? 0n),
  lorenzo: (x, i, w, lag, row) => x[i] - (x[i - lag] ?? 0n) - (x[i - row] ?? 0n) + (x[i - lag - row] ?? 0n),
  zigzag: (x, i, w) => (x[i] >> BigInt(w - 1) ? 2n * (2n ** BigInt(w) - x[i]) - 1n : 2n * x[i]),
};
let seed = 12345;
const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) / 2 ** 32;
function sample(n, w) {
  return Array.from({ length: n }, (_, i) => {
    const edge = [0n, 1n, 2n ** BigInt(w) - 1n, 2n ** BigInt(w - 1), 2n ** BigInt(w - 1) - 1n];
    if (i < edge.length) return edge[i];
    let v = 0n;
    for (let k = 0; k < w; k += 8) v = (v << 8n) | BigInt(Math.floor(random() * 256));
    return v;
  });
}

test('the example of SPEC 10', () => {
  const x = fromHex('050004000400');
  assert.deepEqual(applyFilters(x, f(['delta', 1]), 16), fromHex('0500FFFF0000'));
  assert.deepEqual(applyFilters(x, f(['delta', 1], ['zigzag']), 16), fromHex('0A0001000000'));
  const all = f(['delta', 1], ['zigzag'], ['shuffle'], ['bytedelta']);
  assert.deepEqual(applyFilters(x, all.slice(0, 3), 16), fromHex('0A0100000000'));
  assert.deepEqual(applyFilters(x, all, 16), fromHex('0AF7FF000000'));
  assert.deepEqual(undoFilters(fromHex('0AF7FF000000'), all, 16), x);
});

for (const w of [8, 16, 32, 64]) {
  for (const [name, ...params] of [['order'], ['delta', 1], ['delta', 3], ['delta', 4294967295], ['lorenzo', 1, 7], ['lorenzo', 2, 3], ['lorenzo', 5, 500], ['zigzag']]) {
    test(`${name} ${params} at ${w} bits is the formula, and goes back`, () => {
      const x = sample(100, w);
      const y = x.map((_, i) => BigInt.asUintN(w, FORMULA[name](x, i, w, ...params)));
      const b = bytesOf(x, w);
      const out = applyFilters(b, f([name, ...params]), w);
      assert.deepEqual(valuesOf(out, w), y);
      assert.deepEqual(undoFilters(out, f([name, ...params]), w), b);
      assert.deepEqual(valuesOf(b, w), x, 'the input is untouched');
    });
  }
  test(`shuffle and bytedelta at ${w} bits`, () => {
    const b = bytesOf(sample(33, w), w);
    const s = applyFilters(b, f(['shuffle']), w);
    for (let i = 0; i < 33; i++) for (let j = 0; j < w / 8; j++) assert.equal(s[j * 33 + i], b[(i * w) / 8 + j]);
    const d = applyFilters(b, f(['bytedelta']), w);
    for (let i = 0; i < b.length; i++) assert.equal(d[i], (b[i] - (i ? b[i - 1] : 0)) & 255);
    for (const l of [['shuffle'], ['bytedelta']]) assert.deepEqual(undoFilters(applyFilters(b, f(l), w), f(l), w), b);
  });
  test(`all together at ${w} bits, also of nothing and of one word`, () => {
    for (const n of [0, 1, 2, 64]) {
      const b = bytesOf(sample(n, w), w);
      for (const list of [f(['order'], ['lorenzo', 1, 8], ['zigzag'], ['shuffle'], ['bytedelta']), f(['order'], ['delta', 2], ['zigzag'], ['bytedelta'])]) {
        assert.deepEqual(undoFilters(applyFilters(b, list, w), list, w), b);
      }
    }
  });
}

/** [FLT-7] for one word, by the letter: val(n) of every n that could belong, in BigInt and a DataView. */
function decimalFormula(x, w, e) {
  const Q = w === 32 ? 0x7FC00000n : 0x7FF8000000000000n;
  const M = w === 32 ? 2n ** 22n - 1n : 2n ** 51n - 1n;
  const dv = new DataView(new ArrayBuffer(8));
  const val = (n) => {
    const q = Number(n) / 10 ** e;
    if (w === 32) {
      dv.setFloat32(0, q);
      return BigInt(dv.getUint32(0));
    }
    dv.setFloat64(0, q);
    return dv.getBigUint64(0);
  };
  const d = x - Q;
  if (d >= -M && d <= M) return val(d);
  if (w === 32) dv.setUint32(0, Number(x));
  else dv.setBigUint64(0, x);
  const number = w === 32 ? dv.getFloat32(0) : dv.getFloat64(0);
  if (!Number.isFinite(number) || Math.abs(number * 10 ** e) > Number(M) + 2) return x;
  const near = BigInt(Math.round(number * 10 ** e));
  for (const n of [near - 1n, near, near + 1n]) if (n >= -M && n <= M && val(n) === x) return Q + n;
  return x;
}

for (const w of [32, 64]) {
  for (const e of [0, 1, 2, 7, 16, 22]) {
    test(`decimal ${e} at ${w} bits is the formula, and its own inverse`, () => {
      const dv = new DataView(new ArrayBuffer(8));
      const bits = (v) => {
        if (w === 32) dv.setFloat32(0, v);
        else dv.setFloat64(0, v);
        return w === 32 ? BigInt(dv.getUint32(0)) : dv.getBigUint64(0);
      };
      const M = w === 32 ? 2 ** 22 - 1 : 2 ** 51 - 1;
      const Q = w === 32 ? 0x7FC00000n : 0x7FF8000000000000n;
      const x = sample(300, w);
      for (const v of [0, -0, 0.25, -0.25, 1, -1, 0.1, 0.3, 1e-30, -1e-30, Infinity, -Infinity, M, M + 1, -M, -M - 1]) x.push(bits(v), bits(v / 10 ** e));
      for (let i = 0; i < 200; i++) x.push(bits(Math.round((random() - 0.5) * 2 * M * random()) / 10 ** e));
      for (const d of [0n, 1n, -1n, BigInt(M), BigInt(-M), BigInt(M) + 1n, BigInt(-M) - 1n]) x.push(Q + d);
      const b = bytesOf(x, w);
      const out = applyFilters(b, f(['decimal', e]), w);
      assert.deepEqual(valuesOf(out, w), x.map((v) => decimalFormula(v, w, e)));
      assert.deepEqual(undoFilters(out, f(['decimal', e]), w), b);
    });
  }
}
