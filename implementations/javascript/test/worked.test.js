import test from 'node:test';
import assert from 'node:assert/strict';
import { PROLOGUE_HEX, BODY_HEX, PNG_HEX } from './worked.js';
import { fromHex, parts, join, reasonOf } from './tools.js';
import { decode, inspect } from '../src/intaglio.js';
import { crc32, hex, sha256 } from '../src/bytes.js';
import { readBody } from '../src/carrier.js';

const file = fromHex(PNG_HEX);

test('SPEC 2: CRC-32 check value', () => assert.equal(crc32(Uint8Array.from('123456789', (c) => c.charCodeAt(0))), 0xcbf43926));

test('SPEC 17: the file decodes', async () => {
  assert.equal(file.length, 670);
  const r = await decode(file);
  assert.equal(r.metadata, null);
  assert.deepEqual(r.depths, [8, 8, 8, 0]);
  assert.equal(r.arrays.length, 1);
  const [a] = r.arrays;
  assert.equal(a.name, 'x');
  assert.equal(a.element, 'uint8');
  assert.equal(a.unit, null);
  assert.deepEqual(a.shape, []);
  assert.deepEqual(a.bytes, Uint8Array.of(42));
  assert.equal(hex(a.digest), hex(sha256(Uint8Array.of(42))));
});

test('SPEC 17: prologue, echo and body are the bytes printed', () => {
  const t = parts(file);
  assert.deepEqual(t.p.bytes, fromHex(PROLOGUE_HEX));
  assert.deepEqual(join(t.headerBytes, t.tables, t.blocks), fromHex(BODY_HEX));
});

test('SPEC 17: inspect', async () => {
  const r = await inspect(file);
  assert.equal(r.wholePngChecked, false);
  assert.equal(r.arrays[0].name, 'x');
});

test('CAR-2: the example', () => {
  const rgba = new Uint8Array(82 * 4);
  rgba.set([0b1110, 0b0111, 0b1101, 255, 0b1100, 0b10, 0b11, 0], 80 * 4);
  assert.equal(readBody(rgba, [2, 2, 2, 0], 0, 1)[0], 0xb4);
});

test('any byte of the worked file changed: refused or the same array', async () => {
  let same = 0;
  for (let i = 0; i < file.length; i++) {
    const f = file.slice();
    f[i] ^= 1 << (i % 8);
    const r = await reasonOf(f);
    if (r === 'accepted') same++;
    assert.ok(r === 'not-png' || r === 'png-damaged', `${i}: ${r}`);
  }
  assert.equal(same, 0);
});

test('every cut of the worked file is refused', async () => {
  for (let i = 0; i < file.length; i++) assert.equal(await reasonOf(file.slice(0, i)), i < 8 ? 'not-png' : 'png-damaged');
  assert.equal(await reasonOf(join(file, [1, 2, 3])), 'accepted');
});
